package io.github.cometspring.control;

/**
 * Thrown when a value is not a valid timeout.
 *
 * @since 0.1.0
 */
public class InvalidTimeoutException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	InvalidTimeoutException() {
		super("Invalid timeout: give seconds from 0 to a year as a number, such as 30 or 0.5, "
				+ "or a duration, such as PT30S");
	}

}
