package io.github.cometspring.protocol;

/**
 * Thrown when received JSON is malformed. It has no stack trace, because remote peers can
 * cause it at will. Its message repeats no input, so that it may be sent to the client.
 *
 * @since 0.1.0
 */
public class MalformedMessageException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Whether the input is a JSON object.
	 */
	private final boolean object;

	MalformedMessageException(boolean object, String message) {
		super(message, null, false, false);
		this.object = object;
	}

	/**
	 * Whether the input is a JSON object with a wrong member.
	 * @return {@code false} if it is not a JSON object
	 */
	public boolean isObject() {
		return this.object;
	}

}
