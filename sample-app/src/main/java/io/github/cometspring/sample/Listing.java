package io.github.cometspring.sample;

import io.github.cometspring.channel.ChannelHandle;

/**
 * An item under the hammer, and where to listen for what becomes of it. The item is at
 * least as new as the handle: who shows it and then subscribes to the handle misses
 * nothing, and knows by its version what it hears twice.
 *
 * @param item the item
 * @param handle the channel of the item, and where to start
 */
record Listing(Item item, ChannelHandle handle) {
}
