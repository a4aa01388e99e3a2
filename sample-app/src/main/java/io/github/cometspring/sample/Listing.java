package io.github.cometspring.sample;

import io.github.cometspring.channel.ChannelHandle;

/**
 * An item under the hammer, and the handle to listen for its changes. The item is at
 * least as new as the handle: a page that shows it and then subscribes to the handle
 * misses nothing, and recognises repetitions by the version.
 *
 * @param item the item
 * @param handle the channel of the item, and where to start
 */
record Listing(Item item, ChannelHandle handle) {
}
