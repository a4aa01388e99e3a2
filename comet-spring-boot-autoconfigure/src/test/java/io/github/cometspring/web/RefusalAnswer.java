package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The answer that a client gets of whose channels some are refused.
 *
 * @param status the status, or 400 for a frame with an error
 * @param data the messages
 * @param ended the ids of channels that have ended
 * @param refused the ids of channels that are refused
 * @param why the reason of the refusals
 * @param limit the maximum number of channels
 * @param cursor the cursor after the answer
 */
record RefusalAnswer(int status, List<String> data, List<String> ended, List<String> refused, @Nullable String why,
		@Nullable Integer limit, Cursor cursor) {

	private static final JsonMapper JSON = new JsonMapper();

	/**
	 * Asks for channels, from the earliest message on except for those with an invalid
	 * cursor, and listens until a message or an end comes.
	 */
	static RefusalAnswer ask(int port, Transport transport, List<String> ids, List<String> misplaced) {
		String list = JSON.writeValueAsString(ids);
		String from = misplaced.isEmpty() ? "" : ",\"from\":{\"!\":" + JSON.writeValueAsString(misplaced) + "}";
		try (RawConnection client = RawConnection.open(port)) {
			return switch (transport) {
				case LEGACY ->
					legacy(client.poll("registration=" + String.join("%0A", ids), "Comet-Cursor: earliest").read());
				case JSON -> {
					Answer answer = client
						.request("POST", "/comet", "application/json",
								"{\"channels\":" + list + ",\"cursor\":\"earliest\"" + from + "}")
						.read();
					yield json(answer.status(), JSON.readTree(answer.body()), answer.header("Comet-Max-Channels"));
				}
				case SSE -> events(port, client, ids, misplaced);
				case WEBSOCKET -> {
					JsonNode message = new JsonSocket(RawWebSocket.open(client))
						.exchange("{\"subscribe\":" + list + ",\"cursor\":\"earliest\"" + from + "}");
					yield json(message.has("error") ? 400 : 200, message, message.path("limit").asString(""));
				}
			};
		}
	}

	private static RefusalAnswer legacy(Answer answer) {
		List<String> data = new ArrayList<>();
		List<String> ended = new ArrayList<>();
		for (String entry : answer.body().split("\n")) {
			String[] parts = entry.split(":", 2);
			if (answer.status() == 200 && parts[1].equals("ENDED_CHANNEL")) {
				ended.add(parts[0]);
			}
			else if (answer.status() == 200) {
				data.add(parts[1]);
			}
		}
		String refused = answer.header("Comet-Refused");
		assertThat(answer.status() != 403 || answer.body().isEmpty()).isTrue();
		return new RefusalAnswer(answer.status(), data, ended,
				(refused != null) ? List.of(refused.split(",")) : List.of(), null,
				limit(answer.header("Comet-Max-Channels")), cursor(answer.header("Comet-Cursor")));
	}

	private static RefusalAnswer json(int status, JsonNode json, @Nullable String limit) {
		assertThat(json.path("limit").asString("")).isEqualTo(Objects.requireNonNullElse(limit, ""));
		return new RefusalAnswer(status, JsonSocket.data(json), texts(json.path("ended")), texts(json.path("refused")),
				json.has("why") ? json.get("why").stringValue() : null, limit(limit),
				cursor(json.path("cursor").asString("")));
	}

	private static RefusalAnswer events(int port, RawConnection client, List<String> ids, List<String> misplaced) {
		StringBuilder query = new StringBuilder("cursor=earliest");
		ids.forEach((id) -> query.append("&channel=").append(id.replace(" ", "+")));
		if (!misplaced.isEmpty()) {
			query.append("&from=%21%3A").append(String.join(",", misplaced).replace(" ", "+"));
		}
		RawEventStream stream = RawEventStream.open(client, query.toString());
		if (stream.head().status() != 200) {
			Answer answer = RawEventStream.ask(port, query.toString());
			return json(answer.status(), JSON.readTree(answer.body()), answer.header("Comet-Max-Channels"));
		}
		List<String> data = new ArrayList<>();
		List<String> ended = new ArrayList<>();
		List<String> refused = new ArrayList<>();
		Set<String> why = new TreeSet<>();
		while (data.isEmpty() || (ids.contains("a b") && ended.isEmpty())) {
			Event event = stream.message();
			JsonNode json = JSON.readTree(event.data());
			String channel = json.get("channel").stringValue();
			switch (event.name()) {
				case "message" -> data.add(json.get("data").stringValue());
				case "ended" -> ended.add(channel);
				case "refused" -> {
					refused.add(channel);
					why.add(json.get("why").stringValue());
				}
				default -> throw new IllegalStateException(event.name());
			}
		}
		return new RefusalAnswer(200, data, ended, refused, why.isEmpty() ? null : String.join(",", why), null,
				cursor(stream.lastId()));
	}

	private static @Nullable Integer limit(@Nullable String value) {
		return (value != null && !value.isEmpty()) ? Integer.valueOf(value) : null;
	}

	private static Cursor cursor(@Nullable String token) {
		try {
			return (token != null && !token.isEmpty()) ? Cursor.parse(token) : Cursor.LATEST;
		}
		catch (InvalidCursorException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static List<String> texts(JsonNode list) {
		List<String> texts = new ArrayList<>();
		list.forEach((text) -> texts.add(text.stringValue()));
		return texts;
	}

}
