package io.github.cometspring.web;

import io.github.cometspring.subscription.SubscriptionRejectedException;

import org.springframework.http.HttpStatus;

/**
 * The HTTP statuses of refusals, for all dialects but WebSocket, which has
 * {@link CloseStatuses} after its handshake.
 */
final class HttpStatuses {

	private HttpStatuses() {
	}

	/**
	 * The status for a client that is refused by policy.
	 */
	static HttpStatus of(SubscriptionRejectedException rejected) {
		return switch (rejected.getReason()) {
			case INACTIVE, SHUTTING_DOWN, KILLED, UNDECIDED, UNAVAILABLE, TOO_MANY_CONNECTIONS ->
				HttpStatus.SERVICE_UNAVAILABLE;
			case TOO_MANY_CHANNELS, INVALID_CURSOR -> HttpStatus.BAD_REQUEST;
			case FORBIDDEN -> HttpStatus.FORBIDDEN;
			case EXPIRED -> HttpStatus.UNAUTHORIZED;
		};
	}

}
