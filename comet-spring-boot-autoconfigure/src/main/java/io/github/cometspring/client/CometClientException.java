package io.github.cometspring.client;

/**
 * Ends a subscription of a client, because another attempt would fail in the same way.
 *
 * @since 0.1.0
 */
public abstract class CometClientException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message the subject, the value, and the solution
	 */
	protected CometClientException(String message) {
		super(message);
	}

}
