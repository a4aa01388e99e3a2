package io.github.cometspring.protocol;

/**
 * Thrown when a client's JSON cannot be understood. It has no stack trace: a client
 * causes it. The message is fit to be sent to the client and repeats nothing of what it
 * sent.
 *
 * @since 0.1.0
 */
public class MalformedMessageException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Whether it is an object at all.
	 */
	private final boolean object;

	MalformedMessageException(boolean object, String message) {
		super(message, null, false, false);
		this.object = object;
	}

	/**
	 * Whether it is a JSON object, of which a member is wrong.
	 * @return {@code false} if it is not even a JSON object
	 */
	public boolean isObject() {
		return this.object;
	}

}
