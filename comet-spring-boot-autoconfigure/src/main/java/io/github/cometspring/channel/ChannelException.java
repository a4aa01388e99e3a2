package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

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

	/**
	 * Creates an exception.
	 * @param message the subject, the value, the limit and the way out
	 * @param cause what is behind it, or {@code null} for nothing
	 */
	protected ChannelException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
