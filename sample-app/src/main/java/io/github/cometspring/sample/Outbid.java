package io.github.cometspring.sample;

/**
 * Tells a visitor that somebody has bid more on a lot that they led.
 *
 * @param item the id of the lot
 * @param number the lot number
 * @param title what is sold
 * @param bidder who leads now
 * @param amount the new bid in euros
 */
record Outbid(String item, int number, String title, String bidder, long amount) {

	static Outbid of(Item item) {
		Bid bid = item.bids().get(0);
		return new Outbid(item.id(), item.number(), item.lot().title(), bid.bidder(), bid.amount());
	}

}
