package io.github.cometspring.sample;

import java.time.Instant;
import java.util.List;

/**
 * What a page starts from. The state is at least as new as the cursor: who shows the
 * items and then polls from the cursor misses nothing, and knows by its version what it
 * hears twice.
 *
 * @param now the time on the server's clock, against which the countdowns run
 * @param news the channel that announces new items
 * @param cursor where to start polling, for the news and all open items
 * @param items the items under the hammer
 * @param sold the items that were sold or passed last
 */
record Sale(Instant now, String news, String cursor, List<Item> items, List<Item> sold) {
}
