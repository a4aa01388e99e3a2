package io.github.cometspring.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.cometspring.sample.BidRefusedException.Reason;
import io.github.cometspring.sample.Item.Phase;

/**
 * The items under the hammer, and those that were sold, passed or withdrawn last. The
 * only owner of the items. Thread-safe: its monitor guards all state.
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
			Item gone = gone(id)
				.orElseThrow(() -> new BidRefusedException(Reason.UNKNOWN_ITEM, "There is no such lot in this sale."));
			return gone.bid(bid, now, this.lateBidExtension);
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
		List<Item> fallen = this.open.values().stream().filter((item) -> item.isOver(now)).map(Item::hammer).toList();
		for (Item item : fallen) {
			this.open.remove(item.id());
			keep(item);
		}
		return fallen;
	}

	/**
	 * Takes an item out of the sale if the hammer has not fallen on it.
	 * @param id the id of the item
	 * @return whether the item is withdrawn now
	 */
	synchronized boolean withdraw(String id) {
		Item item = this.open.remove(id);
		if (item != null) {
			keep(item.withdraw());
		}
		return gone(id).filter((gone) -> gone.phase() == Phase.WITHDRAWN).isPresent();
	}

	/**
	 * All that is known of the sale.
	 * @return the items at this time
	 */
	synchronized State state() {
		return new State(open(), sold());
	}

	/**
	 * Goes on with the sale of another node.
	 * @param state the items, instead of those that are here
	 */
	synchronized void restore(State state) {
		this.open.clear();
		state.open().forEach((item) -> this.open.put(item.id(), item));
		this.sold.clear();
		this.sold.addAll(state.sold());
	}

	private Optional<Item> gone(String id) {
		return this.sold.stream().filter((item) -> item.id().equals(id)).findFirst();
	}

	private void keep(Item item) {
		this.sold.addFirst(item);
		if (this.sold.size() > SOLD_KEPT) {
			this.sold.removeLast();
		}
	}

	synchronized boolean isOpen(String id) {
		return this.open.containsKey(id);
	}

	/**
	 * The items under the hammer.
	 * @return the items in the order in which they came up
	 */
	synchronized List<Item> open() {
		return new ArrayList<>(this.open.values());
	}

	/**
	 * The items that were sold, passed or withdrawn last.
	 * @return the items, the last one first
	 */
	synchronized List<Item> sold() {
		return new ArrayList<>(this.sold);
	}

	/**
	 * The items of a sale.
	 *
	 * @param open the items under the hammer, in the order in which they came up
	 * @param sold the items that were sold, passed or withdrawn last, the last one first
	 */
	record State(List<Item> open, List<Item> sold) {
	}

}
