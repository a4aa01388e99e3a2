package io.github.cometspring.web;

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
	 * The client may not read one of the channels.
	 */
	static final CloseStatus FORBIDDEN = CloseStatus.POLICY_VIOLATION.withReason("Not authorized");

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

	private CloseStatuses() {
	}

}
