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

	Reason getReason() {
		return this.reason;
	}

	enum Reason {

		/** No amount, not a whole number, out of bounds, or nobody's. */
		NOT_A_BID,

		/** Less than the lot asks for by now. */
		TOO_LOW,

		/** The hammer fell before. */
		CLOSED,

		/** There is no such lot. */
		UNKNOWN_ITEM

	}

}
