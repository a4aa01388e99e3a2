package io.github.cometspring.sample;

import io.github.cometspring.sample.BidRefusedException.Reason;

/**
 * An offer.
 *
 * @param bidder who bids, 1 to 24 characters
 * @param amount the amount in euros
 */
record Bid(String bidder, long amount) {

	static final int MAX_BIDDER_LENGTH = 24;

	/** Larger bids are refused, so that nobody ends an auction for fun. */
	static final long MAX_AMOUNT = 1_000_000;

	Bid {
		bidder = requireName(bidder);
		if (amount <= 0 || amount > MAX_AMOUNT) {
			throw new BidRefusedException(Reason.NOT_A_BID,
					"The house takes bids from €1 to €%,d.".formatted(MAX_AMOUNT));
		}
	}

	/**
	 * Checks a name to bid by.
	 * @param bidder the name
	 * @return the name without white space around it
	 * @throws BidRefusedException if it is none
	 */
	static String requireName(String bidder) {
		String name = bidder.strip();
		if (name.isEmpty() || name.length() > MAX_BIDDER_LENGTH
				|| name.codePoints().anyMatch(Character::isISOControl)) {
			throw new BidRefusedException(Reason.NOT_A_BID,
					"A bid needs a name of 1 to %d characters.".formatted(MAX_BIDDER_LENGTH));
		}
		return name;
	}

}
