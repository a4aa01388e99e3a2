package io.github.cometspring.soak;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a client says and understands on one connection, in one dialect. All that is sent
 * is ASCII.
 */
abstract class Talk {

	private static final JsonMapper JSON = new JsonMapper();

	private final Audience audience;

	Talk(Audience audience) {
		this.audience = audience;
	}

	static Talk of(Transport transport, Audience audience) {
		return switch (transport) {
			case LEGACY, JSON -> new PollTalk(transport, audience);
			case SSE -> new EventsTalk(audience);
			case WEBSOCKET -> new SocketTalk(audience);
		};
	}

	/**
	 * Begins to listen, or polls again.
	 * @param link the connection
	 * @param channels the channels
	 * @param cursor where to go on, or {@code null} to start now
	 * @param headers further header lines, each with its end
	 */
	abstract void ask(Link link, List<String> channels, @Nullable String cursor, String headers);

	/**
	 * Reads what has arrived, as far as it is complete.
	 * @param link the connection
	 * @param in what has arrived
	 */
	abstract void read(Link link, Inbox in);

	Audience audience() {
		return this.audience;
	}

	static String json(String member, List<String> channels, @Nullable String cursor) {
		return "{\"" + member + "\":[\"" + String.join("\",\"", channels) + "\"]"
				+ ((cursor != null) ? ",\"cursor\":\"" + cursor + "\"" : "") + "}";
	}

	static JsonNode parse(String json) {
		return JSON.readTree(json);
	}

	/**
	 * Passes on what a JSON object tells.
	 */
	void tell(JsonNode json) {
		json.path("gaps").forEach((gap) -> this.audience.gap(gap.stringValue()));
		json.path("messages")
			.forEach((message) -> this.audience.message(message.get("channel").stringValue(),
					message.get("data").stringValue()));
		json.path("ended").forEach((ended) -> this.audience.ended(ended.stringValue()));
		if (json.has("error") || json.has("refused")) {
			this.audience.wrong(json.toString());
		}
		if (json.has("cursor")) {
			this.audience.cursor(json.get("cursor").stringValue());
		}
	}

	/**
	 * Who listens.
	 */
	interface Audience {

		void message(String channel, String data);

		void gap(String channel);

		void ended(String channel);

		void cursor(String cursor);

		/**
		 * A poll has been answered.
		 */
		void answered();

		/**
		 * The server ends the connection, or has refused.
		 * @param status the HTTP status or the close code
		 */
		void over(int status);

		void wrong(String what);

	}

	/**
	 * The head of an answer.
	 */
	static final class Head {

		private final Map<String, String> headers = new HashMap<>();

		private int status;

		private boolean complete;

		/**
		 * Reads what is there of the head.
		 * @return whether it is complete
		 */
		boolean read(Inbox in) {
			while (!this.complete) {
				String line = in.line();
				if (line == null) {
					return false;
				}
				if (this.status == 0) {
					this.status = Integer.parseInt(line.split(" ")[1]);
				}
				else if (line.isEmpty()) {
					this.complete = true;
				}
				else {
					int colon = line.indexOf(':');
					this.headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT),
							line.substring(colon + 1).strip());
				}
			}
			return true;
		}

		int status() {
			return this.status;
		}

		@Nullable String header(String name) {
			return this.headers.get(name);
		}

	}

}
