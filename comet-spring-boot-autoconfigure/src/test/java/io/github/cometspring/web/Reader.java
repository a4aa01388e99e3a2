package io.github.cometspring.web;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.RawWebSocket.Frame;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that reads some events in one dialect, drops its connection, and goes on from
 * its cursor in another. Its events are {@code channel=data}, {@code channel!gap} and
 * {@code channel!ended}. Every second event stream is a plain one.
 */
public final class Reader {

	private static final JsonMapper JSON = new JsonMapper();

	private final int port;

	private String cursor;

	private boolean plain;

	/**
	 * Creates a client.
	 * @param port the port of the server
	 * @param cursor the cursor to start from
	 */
	public Reader(int port, String cursor) {
		this.port = port;
		this.cursor = cursor;
	}

	public String cursor() {
		return this.cursor;
	}

	/**
	 * Reads events on one connection.
	 * @param transport the dialect
	 * @param channels the channels
	 * @param most the number of events after which it drops a stream, which may have
	 * brought more in one frame
	 * @return the events, none if only heartbeats or pings came
	 */
	public List<String> read(Transport transport, List<String> channels, int most) {
		return switch (transport) {
			case LEGACY -> legacy(channels);
			case JSON -> json(channels);
			case SSE -> events(channels, most);
			case WEBSOCKET -> frames(channels, most);
		};
	}

	private List<String> legacy(List<String> channels) {
		try (RawConnection connection = RawConnection.open(this.port)) {
			Answer answer = connection
				.poll("registration=" + String.join("%0A", channels), "Comet-Cursor: " + this.cursor)
				.read();
			List<String> events = new ArrayList<>();
			String gaps = answer.header("Comet-Gap");
			if (gaps != null) {
				List.of(gaps.split(", *")).forEach((gap) -> events.add(gap + "!gap"));
			}
			for (String entry : answer.body().isEmpty() ? new String[0] : answer.body().split("\n")) {
				String[] parts = entry.split(":", 2);
				events.add(parts[1].equals("ENDED_CHANNEL") ? parts[0] + "!ended"
						: parts[0] + "=" + URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
			}
			moveTo(answer.status(), answer.header("Comet-Cursor"), answer.body());
			return events;
		}
	}

	private List<String> json(List<String> channels) {
		try (RawConnection connection = RawConnection.open(this.port)) {
			Answer answer = connection
				.request("POST", "/comet", "application/json",
						"{\"channels\":[\"" + String.join("\",\"", channels) + "\"],\"cursor\":\"" + this.cursor
								+ "\"}")
				.read();
			JsonNode json = JSON.readTree(answer.body());
			moveTo(answer.status(), json.path("cursor").asString(), answer.body());
			return eventsOf(json);
		}
	}

	private void moveTo(int status, @Nullable String cursor, String body) {
		if (status != 200 || cursor == null || cursor.isEmpty()) {
			throw new IllegalStateException(status + ": " + body);
		}
		this.cursor = cursor;
	}

	private static List<String> eventsOf(JsonNode json) {
		List<String> events = new ArrayList<>();
		json.path("gaps").forEach((gap) -> events.add(gap.stringValue() + "!gap"));
		json.path("messages")
			.forEach((message) -> events
				.add(message.get("channel").stringValue() + "=" + message.get("data").stringValue()));
		json.path("ended").forEach((ended) -> events.add(ended.stringValue() + "!ended"));
		return events;
	}

	private List<String> events(List<String> channels, int most) {
		List<String> events = new ArrayList<>();
		String query = (this.plain ? "format=plain&" : "") + "channel=" + String.join("&channel=", channels);
		String notice = this.plain ? "comet:" : "";
		this.plain = !this.plain;
		try (RawEventStream stream = RawEventStream.open(this.port, query, "Last-Event-ID: " + this.cursor)) {
			if (stream.head().status() == 204) {
				channels.forEach((channel) -> events.add(channel + "!ended"));
				return events;
			}
			if (stream.head().status() != 200) {
				throw new IllegalStateException(stream.head().statusLine());
			}
			int heartbeats = 0;
			// The stream starts with a heartbeat.
			while (events.size() < most && heartbeats < 2) {
				Event event = stream.next();
				if (event == null) {
					break;
				}
				if (!notice.isEmpty() && !event.name().startsWith(notice)) {
					events.add(event.name() + "=" + event.data());
					continue;
				}
				JsonNode data = JSON.readTree(event.data());
				String name = event.name().substring(notice.length());
				switch (name) {
					case "message" ->
						events.add(data.get("channel").stringValue() + "=" + data.get("data").stringValue());
					case "gap", "ended" -> events.add(data.get("channel").stringValue() + "!" + name);
					default -> heartbeats++;
				}
			}
			if (!stream.lastId().isEmpty()) {
				this.cursor = stream.lastId();
			}
		}
		return events;
	}

	private List<String> frames(List<String> channels, int most) {
		List<String> events = new ArrayList<>();
		Set<String> open = new HashSet<>(channels);
		// If the connection fails, the events are dropped, and so is their cursor.
		String reached = this.cursor;
		try (RawWebSocket socket = RawWebSocket.open(this.port)) {
			socket.send(
					"{\"subscribe\":[\"" + String.join("\",\"", channels) + "\"],\"cursor\":\"" + this.cursor + "\"}");
			while (events.size() < most && !open.isEmpty()) {
				Frame frame = socket.read();
				if (frame == null || frame.opcode() == RawWebSocket.PING) {
					break;
				}
				JsonNode json = JSON.readTree(frame.payload());
				if (!json.has("cursor")) {
					throw new IllegalStateException(json.toString());
				}
				reached = json.get("cursor").stringValue();
				events.addAll(eventsOf(json));
				json.path("ended").forEach((ended) -> open.remove(ended.stringValue()));
			}
		}
		this.cursor = reached;
		return events;
	}

}
