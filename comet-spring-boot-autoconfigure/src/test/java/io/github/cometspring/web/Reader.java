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
 * A client that reads some news in one dialect, drops its connection, and goes on from
 * its cursor in another. News are {@code channel=data}, {@code channel!gap} and
 * {@code channel!ended}.
 */
public final class Reader {

	private static final JsonMapper JSON = new JsonMapper();

	private final int port;

	private String cursor;

	/**
	 * Creates a client.
	 * @param port the port of the server
	 * @param cursor where it starts
	 */
	public Reader(int port, String cursor) {
		this.port = port;
		this.cursor = cursor;
	}

	public String cursor() {
		return this.cursor;
	}

	/**
	 * Reads news on one connection.
	 * @param transport the dialect
	 * @param channels the channels
	 * @param most after how many news it drops a stream, which may have brought more in
	 * one frame
	 * @return the news, none if only signs of life came
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
			List<String> news = new ArrayList<>();
			String gaps = answer.header("Comet-Gap");
			if (gaps != null) {
				List.of(gaps.split(", *")).forEach((gap) -> news.add(gap + "!gap"));
			}
			for (String entry : answer.body().isEmpty() ? new String[0] : answer.body().split("\n")) {
				String[] parts = entry.split(":", 2);
				news.add(parts[1].equals("ENDED_CHANNEL") ? parts[0] + "!ended"
						: parts[0] + "=" + URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
			}
			moveTo(answer.status(), answer.header("Comet-Cursor"), answer.body());
			return news;
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
			return news(json);
		}
	}

	private void moveTo(int status, @Nullable String cursor, String body) {
		if (status != 200 || cursor == null || cursor.isEmpty()) {
			throw new IllegalStateException(status + ": " + body);
		}
		this.cursor = cursor;
	}

	private static List<String> news(JsonNode json) {
		List<String> news = new ArrayList<>();
		json.path("gaps").forEach((gap) -> news.add(gap.stringValue() + "!gap"));
		json.path("messages")
			.forEach((message) -> news
				.add(message.get("channel").stringValue() + "=" + message.get("data").stringValue()));
		json.path("ended").forEach((ended) -> news.add(ended.stringValue() + "!ended"));
		return news;
	}

	private List<String> events(List<String> channels, int most) {
		List<String> news = new ArrayList<>();
		try (RawEventStream stream = RawEventStream.open(this.port, "channel=" + String.join("&channel=", channels),
				"Last-Event-ID: " + this.cursor)) {
			if (stream.head().status() == 204) {
				channels.forEach((channel) -> news.add(channel + "!ended"));
				return news;
			}
			if (stream.head().status() != 200) {
				throw new IllegalStateException(stream.head().statusLine());
			}
			int silences = 0;
			// The first heartbeat is the greeting.
			while (news.size() < most && silences < 2) {
				Event event = stream.next();
				if (event == null) {
					break;
				}
				JsonNode data = JSON.readTree(event.data());
				switch (event.name()) {
					case "message" ->
						news.add(data.get("channel").stringValue() + "=" + data.get("data").stringValue());
					case "gap", "ended" -> news.add(data.get("channel").stringValue() + "!" + event.name());
					default -> silences++;
				}
			}
			if (!stream.lastId().isEmpty()) {
				this.cursor = stream.lastId();
			}
		}
		return news;
	}

	private List<String> frames(List<String> channels, int most) {
		List<String> news = new ArrayList<>();
		Set<String> living = new HashSet<>(channels);
		try (RawWebSocket socket = RawWebSocket.open(this.port)) {
			socket.send(
					"{\"subscribe\":[\"" + String.join("\",\"", channels) + "\"],\"cursor\":\"" + this.cursor + "\"}");
			while (news.size() < most && !living.isEmpty()) {
				Frame frame = socket.read();
				if (frame == null || frame.opcode() == RawWebSocket.PING) {
					break;
				}
				JsonNode json = JSON.readTree(frame.payload());
				if (!json.has("cursor")) {
					throw new IllegalStateException(json.toString());
				}
				this.cursor = json.get("cursor").stringValue();
				news.addAll(news(json));
				json.path("ended").forEach((ended) -> living.remove(ended.stringValue()));
			}
		}
		return news;
	}

}
