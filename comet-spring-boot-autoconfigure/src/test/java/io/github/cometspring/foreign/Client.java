package io.github.cometspring.foreign;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.RawWebSocket.Frame;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that listens to one channel in one dialect, and reads the first messages.
 */
final class Client implements AutoCloseable {

	private static final JsonMapper JSON = new JsonMapper();

	private final Transport transport;

	private final RawConnection connection;

	private final @Nullable RawWebSocket socket;

	private @Nullable RawEventStream stream;

	Client(CometServer server, Transport transport, @Nullable String cursor, String channel) {
		this.transport = transport;
		this.connection = RawConnection.open(server.port());
		this.socket = switch (transport) {
			case LEGACY -> {
				this.connection.poll("registration=" + channel,
						(cursor != null) ? new String[] { "Comet-Cursor: " + cursor } : new String[0]);
				yield null;
			}
			case JSON -> {
				this.connection.request("POST", "/comet", "application/json",
						"{\"channels\":[\"" + channel + "\"]" + member(cursor) + "}");
				yield null;
			}
			case SSE -> {
				this.connection.request("GET",
						"/comet?channel=" + channel + ((cursor != null) ? "&cursor=" + cursor : ""), null, "",
						"Accept: text/event-stream");
				yield null;
			}
			case WEBSOCKET ->
				RawWebSocket.open(this.connection).send("{\"subscribe\":[\"" + channel + "\"]" + member(cursor) + "}");
		};
	}

	private static String member(@Nullable String cursor) {
		return (cursor != null) ? ",\"cursor\":\"" + cursor + "\"" : "";
	}

	/**
	 * The full answer; of an event stream only if it is refused.
	 */
	Answer answer() {
		return this.connection.read();
	}

	int closeCode() {
		Frame frame = Objects.requireNonNull(Objects.requireNonNull(this.socket).read());
		return frame.closeCode();
	}

	boolean isOpen() {
		return !this.connection.hasAnswer();
	}

	/**
	 * The first entries: texts of messages, or {@code gap}.
	 */
	List<String> received() {
		return switch (this.transport) {
			case LEGACY -> legacy(answer());
			case JSON -> json(JSON.readTree(answer().body()));
			case SSE -> events();
			case WEBSOCKET -> frames();
		};
	}

	private static List<String> legacy(Answer answer) {
		List<String> received = new ArrayList<>();
		if (answer.header("Comet-Gap") != null) {
			received.add("gap");
		}
		if (!answer.body().isEmpty()) {
			received.add(answer.body().split(":", 2)[1].replace("%20", " "));
		}
		return received;
	}

	private static List<String> json(JsonNode json) {
		List<String> received = new ArrayList<>();
		json.path("gaps").forEach((gap) -> received.add("gap"));
		json.path("messages").forEach((message) -> received.add(message.get("data").stringValue()));
		return received;
	}

	private List<String> events() {
		RawEventStream stream = this.stream;
		if (stream == null) {
			stream = RawEventStream.reading(this.connection);
			this.stream = stream;
		}
		RawEventStream.Event event = stream.message();
		return List
			.of(event.name().equals("message") ? JSON.readTree(event.data()).get("data").stringValue() : event.name());
	}

	private List<String> frames() {
		while (true) {
			Frame frame = Objects.requireNonNull(Objects.requireNonNull(this.socket).read());
			List<String> received = (frame.opcode() == RawWebSocket.TEXT) ? json(JSON.readTree(frame.payload()))
					: List.of();
			if (!received.isEmpty()) {
				return received;
			}
		}
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
