package io.github.cometspring.sample;

/**
 * Thrown when a bid does not count. The message is meant for the bidder.
 */
class BidRefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Reason reason;

	BidRefusedException(Reason reason, String message) {
		super(message);
		this.reason = reason;
	}

	static BidRefusedException withdrawn() {
		return new BidRefusedException(Reason.WITHDRAWN, "The house has withdrawn this lot.");
	}

	Reason getReason() {
		return this.reason;
	}

	enum Reason {

		/** No amount, not a whole number, out of bounds, or without a bidder. */
		NOT_A_BID,

		/** Less than the current minimum of the lot. */
		TOO_LOW,

		/** The hammer fell before. */
		CLOSED,

		/** The lot was taken out of the sale. */
		WITHDRAWN,

		/** There is no such lot. */
		UNKNOWN_ITEM

	}

}
