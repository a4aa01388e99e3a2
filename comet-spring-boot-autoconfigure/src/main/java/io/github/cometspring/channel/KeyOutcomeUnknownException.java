package io.github.cometspring.channel;

/**
 * Thrown when an earlier publication with the same {@link OnceKey} has ended, and it is
 * not known whether its message was published. This call published nothing, and neither
 * does another one as long as the key is remembered.
 *
 * @since 0.1.0
 */
public class KeyOutcomeUnknownException extends BrokerUnavailableException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 */
	public KeyOutcomeUnknownException() {
		super(null, true);
	}

}
