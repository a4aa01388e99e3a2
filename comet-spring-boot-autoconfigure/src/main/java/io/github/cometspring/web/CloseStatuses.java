package io.github.cometspring.web;

import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.SubscriptionRejectedException;

import org.springframework.web.reactive.socket.CloseStatus;

/**
 * The close statuses of WebSockets (protocol, section 5).
 */
final class CloseStatuses {

	/**
	 * The server is shutting down.
	 */
	static final CloseStatus SHUTTING_DOWN = CloseStatus.GOING_AWAY.withReason("Shutting down");

	/**
	 * The frame is not a JSON object.
	 */
	static final CloseStatus MALFORMED = CloseStatus.POLICY_VIOLATION.withReason("Not a JSON object");

	/**
	 * The frame is too big.
	 */
	static final CloseStatus TOO_BIG = CloseStatus.TOO_BIG_TO_PROCESS.withReason("Frame too big");

	/**
	 * The right to read has run out, or an operator has disconnected the user.
	 */
	static final CloseStatus EXPIRED = new CloseStatus(4401, "Log in again");

	/**
	 * The operator has ended the connection.
	 */
	static final CloseStatus DEACTIVATED = new CloseStatus(1013, "Try again later: ended by the operator");

	/**
	 * The authorization of the channels has timed out.
	 */
	private static final CloseStatus UNDECIDED = new CloseStatus(1013, "Try again later: not decided in time");

	/**
	 * The broker or an authorizer is not available.
	 */
	private static final CloseStatus UNAVAILABLE = new CloseStatus(1013, "Try again later");

	private CloseStatuses() {
	}

	/**
	 * The status for a client that is ended.
	 */
	static CloseStatus of(Ending ending) {
		return switch (ending) {
			case SHUTTING_DOWN -> SHUTTING_DOWN;
			case EXPIRED -> EXPIRED;
			default -> DEACTIVATED;
		};
	}

	/**
	 * The status for a client that cannot listen. Errors of single channels do not close
	 * a socket (protocol, section 8).
	 */
	static CloseStatus of(Throwable error) {
		if (!(error instanceof SubscriptionRejectedException rejected)) {
			return UNAVAILABLE;
		}
		return switch (rejected.getReason()) {
			case SHUTTING_DOWN -> SHUTTING_DOWN;
			case INACTIVE, KILLED -> DEACTIVATED;
			case UNDECIDED -> UNDECIDED;
			case EXPIRED -> EXPIRED;
			case UNAVAILABLE, TOO_MANY_CONNECTIONS, TOO_MANY_CHANNELS, INVALID_CURSOR, FORBIDDEN -> UNAVAILABLE;
		};
	}

}
