package io.github.cometspring.client;

import java.time.Duration;

/**
 * The server has no answer for the moment.
 */
final class UnavailableException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Duration retryAfter;

	UnavailableException(int status, Duration retryAfter) {
		super("Server is not available: status " + status, null, false, false);
		this.retryAfter = retryAfter;
	}

	/**
	 * How long the server wants to be left alone.
	 */
	Duration retryAfter() {
		return this.retryAfter;
	}

}
