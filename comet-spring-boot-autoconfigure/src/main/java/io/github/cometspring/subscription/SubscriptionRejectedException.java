package io.github.cometspring.subscription;

/**
 * Thrown when a subscription is refused by policy. It has no stack trace: a client causes
 * it.
 *
 * @since 0.1.0
 */
public class SubscriptionRejectedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Why it was refused.
	 */
	private final Reason reason;

	SubscriptionRejectedException(Reason reason, String message) {
		super(message, null, false, false);
		this.reason = reason;
	}

	/**
	 * Why it was refused.
	 * @return the reason
	 */
	public Reason getReason() {
		return this.reason;
	}

	/**
	 * Why a subscription is refused.
	 */
	public enum Reason {

		/**
		 * The service is deactivated.
		 */
		INACTIVE,

		/**
		 * The server is shutting down.
		 */
		SHUTTING_DOWN,

		/**
		 * As many clients are connected as may be.
		 */
		TOO_MANY_CONNECTIONS,

		/**
		 * The request names more channels than it may.
		 */
		TOO_MANY_CHANNELS,

		/**
		 * The client may not read one of the channels.
		 */
		FORBIDDEN

	}

}
