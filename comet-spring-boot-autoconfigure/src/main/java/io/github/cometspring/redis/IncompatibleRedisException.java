package io.github.cometspring.redis;

/**
 * Thrown at start if the configured Redis answers, but cannot be used until it or the
 * configuration is changed.
 *
 * @since 0.1.0
 */
public class IncompatibleRedisException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Why Redis cannot be used.
	 */
	private final Reason reason;

	/**
	 * Creates an exception.
	 * @param reason why Redis cannot be used
	 * @param message the message
	 */
	public IncompatibleRedisException(Reason reason, String message) {
		super(message);
		this.reason = reason;
	}

	/**
	 * Returns why Redis cannot be used.
	 * @return the reason
	 */
	public Reason getReason() {
		return this.reason;
	}

	/**
	 * Why a Redis cannot be used.
	 */
	public enum Reason {

		/** It is too old. */
		VERSION,

		/** Its keys were written by a newer version of Comet. */
		FORMAT,

		/** It does not accept the user name or the password. */
		LOGIN,

		/** Its user may not use a command, a key or a feed that Comet needs. */
		RIGHTS,

		/** Only one side uses TLS, or a certificate is not trusted. */
		TLS,

		/** It refuses the node for another reason. */
		OTHER

	}

}
