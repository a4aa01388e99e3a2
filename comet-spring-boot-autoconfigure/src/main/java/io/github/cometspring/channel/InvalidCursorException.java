package io.github.cometspring.channel;

/**
 * Thrown when a token is parsed that has an invalid form. The message does not repeat the
 * token.
 *
 * @since 0.1.0
 */
public class InvalidCursorException extends ChannelException {

	private static final long serialVersionUID = 1L;

	InvalidCursorException() {
		super("Invalid cursor: send one back as it was received, or 'earliest' or 'latest'");
	}

}
