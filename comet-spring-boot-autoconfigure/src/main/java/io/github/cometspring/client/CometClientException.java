package io.github.cometspring.client;

/**
 * What ends a subscription of a client: another attempt would end in the same way.
 *
 * @since 0.1.0
 */
public abstract class CometClientException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message the subject, the value, and the way out
	 */
	protected CometClientException(String message) {
		super(message);
	}

}
