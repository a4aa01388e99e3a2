package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

/**
 * The base of all errors of channels. Each condition that a caller can handle has a type
 * of its own.
 *
 * @since 0.1.0
 */
public abstract class ChannelException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message the subject, the value, the limit and the remedy
	 */
	protected ChannelException(String message) {
		super(message);
	}

	/**
	 * Creates an exception.
	 * @param message the subject, the value, the limit and the remedy
	 * @param cause the cause, or {@code null}
	 */
	protected ChannelException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
