package io.github.cometspring.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.cometspring.sample.BidRefusedException.Reason;

/**
 * What is under the hammer now, and what was sold last. The one owner of the items; safe
 * for use by several threads, its monitor guards all of it.
 */
class SaleRoom {

	private static final int SOLD_KEPT = 24;

	private final Map<String, Item> open = new LinkedHashMap<>();

	private final Deque<Item> sold = new ArrayDeque<>();

	private final Duration lateBidExtension;

	SaleRoom(Duration lateBidExtension) {
		this.lateBidExtension = lateBidExtension;
	}

	synchronized void bringIn(Item item) {
		this.open.put(item.id(), item);
	}

	/**
	 * Takes a bid.
	 * @param id the id of the item
	 * @param bid the bid
	 * @param now the time of the bid
	 * @return the item after the bid
	 * @throws BidRefusedException if the bid does not count
	 */
	synchronized Item bid(String id, Bid bid, Instant now) {
		Item item = this.open.get(id);
		if (item == null) {
			throw this.sold.stream().anyMatch((candidate) -> candidate.id().equals(id))
					? new BidRefusedException(Reason.CLOSED, "Too late: the hammer has fallen on this lot.")
					: new BidRefusedException(Reason.UNKNOWN_ITEM, "There is no such lot in this sale.");
		}
		Item risen = item.bid(bid, now, this.lateBidExtension);
		this.open.put(id, risen);
		return risen;
	}

	/**
	 * Lets the hammer fall on every item whose time is up.
	 * @param now the time
	 * @return these items
	 */
	synchronized List<Item> hammer(Instant now) {
		List<Item> fallen = this.open.values().stream().filter((item) -> item.isDue(now)).map(Item::hammer).toList();
		for (Item item : fallen) {
			this.open.remove(item.id());
			this.sold.addFirst(item);
			if (this.sold.size() > SOLD_KEPT) {
				this.sold.removeLast();
			}
		}
		return fallen;
	}

	/**
	 * The items under the hammer.
	 * @return the items in the order in which they came up
	 */
	synchronized List<Item> open() {
		return new ArrayList<>(this.open.values());
	}

	/**
	 * The items that were sold or passed last.
	 * @return the items, the last one first
	 */
	synchronized List<Item> sold() {
		return new ArrayList<>(this.sold);
	}

}
