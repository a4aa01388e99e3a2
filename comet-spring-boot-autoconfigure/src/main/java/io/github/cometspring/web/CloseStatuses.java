package io.github.cometspring.web;

import io.github.cometspring.subscription.SubscriptionRejectedException;

import org.springframework.web.reactive.socket.CloseStatus;

/**
 * Why a WebSocket is closed (protocol, section 5).
 */
final class CloseStatuses {

	/**
	 * The server is shutting down.
	 */
	static final CloseStatus SHUTTING_DOWN = CloseStatus.GOING_AWAY.withReason("Shutting down");

	/**
	 * What came is no JSON object.
	 */
	static final CloseStatus MALFORMED = CloseStatus.POLICY_VIOLATION.withReason("Not a JSON object");

	/**
	 * What came is too big.
	 */
	static final CloseStatus TOO_BIG = CloseStatus.TOO_BIG_TO_PROCESS.withReason("Frame too big");

	/**
	 * The operator ended it.
	 */
	static final CloseStatus DEACTIVATED = new CloseStatus(1013, "Try again later: ended by the operator");

	/**
	 * Nobody could decide in time what the client may read.
	 */
	private static final CloseStatus UNDECIDED = new CloseStatus(1013, "Try again later: not decided in time");

	/**
	 * The channels, or those who decide on them, are away.
	 */
	private static final CloseStatus UNAVAILABLE = new CloseStatus(1013, "Try again later");

	private CloseStatuses() {
	}

	/**
	 * Why a client cannot listen. Nothing that concerns single channels closes a socket
	 * (protocol, section 8).
	 */
	static CloseStatus of(Throwable error) {
		if (!(error instanceof SubscriptionRejectedException rejected)) {
			return UNAVAILABLE;
		}
		return switch (rejected.getReason()) {
			case SHUTTING_DOWN -> SHUTTING_DOWN;
			case INACTIVE, KILLED -> DEACTIVATED;
			case UNDECIDED -> UNDECIDED;
			case UNAVAILABLE, TOO_MANY_CONNECTIONS, TOO_MANY_CHANNELS, INVALID_CURSOR, FORBIDDEN -> UNAVAILABLE;
		};
	}

}
