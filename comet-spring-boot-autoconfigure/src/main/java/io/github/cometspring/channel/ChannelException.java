package io.github.cometspring.channel;

/**
 * What can go wrong with a channel; each condition that a caller can handle has a type of
 * its own.
 *
 * @since 0.1.0
 */
public abstract class ChannelException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message the subject, the value, the limit and the way out
	 */
	protected ChannelException(String message) {
		super(message);
	}

}
