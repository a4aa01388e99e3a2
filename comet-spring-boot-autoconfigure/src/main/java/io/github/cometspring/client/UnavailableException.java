package io.github.cometspring.client;

import java.time.Duration;

/**
 * The server is temporarily not available.
 */
final class UnavailableException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Duration retryAfter;

	UnavailableException(int status, Duration retryAfter) {
		super("Server is not available: status " + status, null, false, false);
		this.retryAfter = retryAfter;
	}

	/**
	 * How long the server asks the client to wait.
	 */
	Duration retryAfter() {
		return this.retryAfter;
	}

}
