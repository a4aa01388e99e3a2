package io.github.cometspring.client;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the server does not speak the protocol, or sends more at a time than the
 * client accepts. The message repeats nothing of the answer.
 *
 * @since 0.1.0
 */
public class UnexpectedAnswerException extends CometClientException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message what is wrong, and the solution
	 * @param cause the cause, or {@code null} if there is none
	 */
	public UnexpectedAnswerException(String message, @Nullable Throwable cause) {
		super(message);
		initCause(cause);
	}

}
