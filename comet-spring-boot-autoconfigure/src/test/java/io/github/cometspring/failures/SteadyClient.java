package io.github.cometspring.failures;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that listens all the time on one connection, in one dialect. Its events are
 * the data of messages, and {@code !gap}.
 */
final class SteadyClient implements AutoCloseable {

	private static final JsonMapper JSON = new JsonMapper();

	private final Transport transport;

	private final List<String> channels;

	private final RawConnection connection;

	private final Deque<String> events = new ArrayDeque<>();

	private final @Nullable RawEventStream stream;

	private final @Nullable RawWebSocket socket;

	private String cursor;

	private SteadyClient(Transport transport, int port, String cursor, List<String> channels) {
		this.transport = transport;
		this.channels = channels;
		this.cursor = cursor;
		this.connection = RawConnection.open(port);
		this.stream = (transport == Transport.SSE) ? RawEventStream.open(this.connection,
				"channel=" + String.join("&channel=", channels) + "&cursor=" + cursor) : null;
		this.socket = (transport == Transport.WEBSOCKET) ? RawWebSocket.open(this.connection) : null;
		if (this.socket != null) {
			this.socket.send(request("subscribe"));
		}
		else if (this.stream == null) {
			poll();
		}
	}

	/**
	 * Begins to listen.
	 * @param transport the dialect
	 * @param port the port of the server
	 * @param cursor where to start
	 * @param channels the channels
	 * @return the client
	 */
	static SteadyClient listen(Transport transport, int port, String cursor, String... channels) {
		return new SteadyClient(transport, port, cursor, List.of(channels));
	}

	/**
	 * Begins to listen in all dialects.
	 * @param port the port of the server
	 * @param cursor where to start
	 * @param channels the channels
	 * @return the clients, one a dialect
	 */
	static List<SteadyClient> listenToAll(int port, String cursor, String... channels) {
		List<SteadyClient> clients = new ArrayList<>();
		for (Transport transport : Transport.values()) {
			clients.add(listen(transport, port, cursor, channels));
		}
		return clients;
	}

	private String request(String member) {
		return "{\"" + member + "\":[\"" + String.join("\",\"", this.channels) + "\"],\"cursor\":\"" + this.cursor
				+ "\"}";
	}

	private void poll() {
		if (this.transport == Transport.LEGACY) {
			this.connection.poll("registration=" + String.join("%0A", this.channels), "Comet-Cursor: " + this.cursor);
		}
		else {
			this.connection.request("POST", "/comet", "application/json", request("channels"));
		}
	}

	/**
	 * Reads the next events.
	 * @param count how many
	 * @return the events
	 */
	List<String> read(int count) {
		List<String> read = new ArrayList<>();
		while (read.size() < count) {
			while (this.events.isEmpty()) {
				readMore();
			}
			read.add(this.events.remove());
		}
		return read;
	}

	private void readMore() {
		switch (this.transport) {
			case LEGACY -> readLegacy();
			case JSON -> {
				Answer answer = answer();
				JsonNode json = JSON.readTree(answer.body());
				this.cursor = json.get("cursor").stringValue();
				take(json);
				poll();
			}
			case SSE -> {
				Event event = Objects.requireNonNull(this.stream).event();
				if (event.name().equals("message")) {
					this.events.add(JSON.readTree(event.data()).get("data").stringValue());
				}
				else if (event.name().equals("gap")) {
					this.events.add("!gap");
				}
			}
			case WEBSOCKET -> take(JSON.readTree(Objects.requireNonNull(this.socket).text()));
		}
	}

	private void readLegacy() {
		Answer answer = answer();
		this.cursor = Objects.requireNonNull(answer.header("Comet-Cursor"));
		if (answer.header("Comet-Gap") != null) {
			this.events.add("!gap");
		}
		for (String entry : answer.body().isEmpty() ? new String[0] : answer.body().split("\n")) {
			this.events.add(entry.substring(entry.indexOf(':') + 1));
		}
		poll();
	}

	private Answer answer() {
		Answer answer = this.connection.read();
		if (answer.status() != 200) {
			throw new IllegalStateException(answer.statusLine() + ": " + answer.body());
		}
		return answer;
	}

	private void take(JsonNode json) {
		json.path("gaps").forEach((gap) -> this.events.add("!gap"));
		json.path("messages").forEach((message) -> this.events.add(message.get("data").stringValue()));
	}

	@Override
	public String toString() {
		return this.transport + " " + this.channels;
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
