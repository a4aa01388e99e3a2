package io.github.cometspring.sample;

import java.time.Instant;
import java.util.List;

import io.github.cometspring.channel.ChannelHandle;

/**
 * The state that a page starts from.
 *
 * @param now the time on the server's clock, against which the countdowns run
 * @param announcements the channel that announces new listings, and where to start
 * @param items the items under the hammer
 * @param sold the items that were sold, passed or withdrawn last
 */
record Sale(Instant now, ChannelHandle announcements, List<Listing> items, List<Item> sold) {
}
