package io.github.cometspring.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events from a raw connection, and remembers the last id as a browser
 * does.
 */
public final class RawEventStream implements AutoCloseable {

	private final RawConnection connection;

	private final RawConnection.Answer head;

	private final StringBuilder text = new StringBuilder();

	private final Deque<Event> events = new ArrayDeque<>();

	private String lastId = "";

	private String retry = "";

	private RawEventStream(RawConnection connection, RawConnection.Answer head) {
		this.connection = connection;
		this.head = head;
	}

	/**
	 * Asks for events and reads the head of the answer.
	 * @param connection the connection
	 * @param query what follows {@code /comet?}
	 * @param headers further header lines
	 * @return the client
	 */
	public static RawEventStream open(RawConnection connection, String query, String... headers) {
		StringBuilder head = new StringBuilder(
				"GET /comet?" + query + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n");
		for (String header : headers) {
			head.append(header).append("\r\n");
		}
		return new RawEventStream(connection, connection.send(head + "\r\n").readWithoutBody());
	}

	/**
	 * Reads the events that have been asked for on a connection.
	 * @param connection the connection
	 * @return the client
	 */
	public static RawEventStream reading(RawConnection connection) {
		return new RawEventStream(connection, connection.readWithoutBody());
	}

	/**
	 * Asks for events on a connection of its own.
	 * @param port the port
	 * @param query what follows {@code /comet?}
	 * @param headers further header lines
	 * @return the client
	 */
	public static RawEventStream open(int port, String query, String... headers) {
		return open(RawConnection.open(port), query, headers);
	}

	public RawConnection.Answer head() {
		return this.head;
	}

	public RawConnection connection() {
		return this.connection;
	}

	/**
	 * The id that a browser would send as {@code Last-Event-ID}.
	 * @return the id, empty before the first
	 */
	public String lastId() {
		return this.lastId;
	}

	/**
	 * What the server has said about reconnecting.
	 * @return milliseconds, empty if nothing
	 */
	public String retry() {
		return this.retry;
	}

	/**
	 * Reads the next event.
	 * @return the event, or {@code null} if the stream has ended
	 */
	public @Nullable Event next() {
		while (this.events.isEmpty()) {
			byte[] chunk = this.connection.readChunk();
			if (chunk == null) {
				return null;
			}
			this.text.append(new String(chunk, StandardCharsets.ISO_8859_1));
			int end = this.text.indexOf("\n\n");
			while (end >= 0) {
				parse(new String(this.text.substring(0, end).getBytes(StandardCharsets.ISO_8859_1),
						StandardCharsets.UTF_8));
				this.text.delete(0, end + 2);
				end = this.text.indexOf("\n\n");
			}
		}
		Event event = this.events.remove();
		if (event.id != null) {
			this.lastId = event.id;
		}
		return event;
	}

	/**
	 * Reads the next event that is no heartbeat.
	 * @return the event, or {@code null} if the stream has ended
	 */
	public @Nullable Event nextMessage() {
		Event event = next();
		while (event != null && event.name.equals("heartbeat")) {
			event = next();
		}
		return event;
	}

	/**
	 * Reads the next event, which there must be.
	 * @return the event
	 */
	public Event event() {
		return Objects.requireNonNull(next(), "The stream has ended");
	}

	/**
	 * Reads the next event that is no heartbeat, which there must be.
	 * @return the event
	 */
	public Event message() {
		return Objects.requireNonNull(nextMessage(), "The stream has ended");
	}

	/**
	 * Asks for events, and reads an answer that is none or ends.
	 * @param port the port
	 * @param query what follows {@code /comet?}
	 * @param headers further header lines
	 * @return the answer
	 */
	public static RawConnection.Answer ask(int port, String query, String... headers) {
		String[] all = Stream.concat(Stream.of("Accept: text/event-stream"), Stream.of(headers)).toArray(String[]::new);
		try (RawConnection client = RawConnection.open(port)) {
			return client.request("GET", "/comet?" + query, null, "", all).read();
		}
	}

	private void parse(String block) {
		String id = null;
		String name = "message";
		String data = null;
		for (String line : block.split("\n")) {
			String[] field = line.split(": ?", 2);
			switch (field[0]) {
				case "id" -> id = field[1];
				case "event" -> name = field[1];
				case "data" -> data = (data != null) ? data + "\n" + field[1] : field[1];
				case "retry" -> this.retry = field[1];
				default -> throw new IllegalStateException("Not a field: " + line);
			}
		}
		if (data == null) {
			throw new IllegalStateException("No data, and so no event: " + block);
		}
		this.events.add(new Event(id, name, data));
	}

	@Override
	public void close() {
		this.connection.close();
	}

	/**
	 * An event.
	 *
	 * @param id its id, or {@code null}
	 * @param name its name, {@code message} by default
	 * @param data its data
	 */
	public record Event(@Nullable String id, String name, String data) {
	}

}
