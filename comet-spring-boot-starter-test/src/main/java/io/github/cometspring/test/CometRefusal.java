package io.github.cometspring.test;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * The answer to a client that the server does not serve.
 *
 * @param reason why
 * @param status the status of the answer. After the handshake of a WebSocket there is
 * none, and this is the status that the same refusal has on the other transports
 * @param detail the sentence of the server, or empty if it said none
 * @param channels the channels that the server names as refused
 * @param retryAfter how long the client is asked to wait, or {@code null} if it is not
 * @since 0.1.0
 */
public record CometRefusal(Reason reason, int status, String detail, List<String> channels,
		@Nullable Duration retryAfter) {

	/**
	 * Creates a refusal.
	 * @param reason why
	 * @param status the status of the answer
	 * @param detail the sentence of the server
	 * @param channels the channels that are refused
	 * @param retryAfter how long the client is asked to wait
	 */
	public CometRefusal {
		channels = List.copyOf(channels);
	}

	static CometRefusal of(int status, HttpHeaders headers, String body) {
		@Nullable String detail = ServerMessage.decodeProblemDetail(body);
		return new CometRefusal(Reason.of(status), status, (detail != null) ? detail : body,
				ServerMessage.decodeProblemRefused(body), retryAfter(headers.getFirst(HttpHeaders.RETRY_AFTER)));
	}

	static CometRefusal of(Reason reason, String detail, List<String> channels) {
		return new CometRefusal(reason, reason.status, detail, channels, null);
	}

	private static @Nullable Duration retryAfter(@Nullable String seconds) {
		return (seconds != null && seconds.matches("[0-9]{1,9}")) ? Duration.ofSeconds(Integer.parseInt(seconds))
				: null;
	}

	@Override
	public String toString() {
		return "%d %s%s%s".formatted(this.status, this.reason, this.detail.isEmpty() ? "" : ": " + this.detail,
				this.channels.isEmpty() ? "" : " " + this.channels);
	}

	/**
	 * Why a client is not served.
	 */
	public enum Reason {

		/**
		 * The request is malformed, names too many channels, or has an invalid cursor
		 * (400).
		 */
		MALFORMED(400),

		/**
		 * The client has to log in, or its log-in or grant has run out (401, and close
		 * code 4401 of a WebSocket).
		 */
		LOGIN(401),

		/**
		 * The client may read none of the channels (403).
		 */
		FORBIDDEN(403),

		/**
		 * There is no endpoint at this path (404).
		 */
		NO_ENDPOINT(404),

		/**
		 * The address or the user of the client has too many connections (429).
		 */
		TOO_MANY_CONNECTIONS(429),

		/**
		 * The service is deactivated, full or shutting down, or the channels cannot be
		 * reached (503, and close code 1013 of a WebSocket).
		 */
		UNAVAILABLE(503),

		/**
		 * Any other answer.
		 */
		OTHER(0);

		private final int status;

		Reason(int status) {
			this.status = status;
		}

		private static Reason of(int status) {
			for (Reason reason : values()) {
				if (reason.status == status) {
					return reason;
				}
			}
			return OTHER;
		}

	}

}
