package io.github.cometspring.web;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import io.github.cometspring.testing.ManyConnections;
import io.github.cometspring.testing.ManyConnections.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Clients that wait until their server ends them: long polls, which get one answer, and
 * event streams, which get a last chunk. It knows how and when each was ended.
 */
final class EndingCrowd implements AutoCloseable {

	private static final String POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\nContent-Length: %d\r\n\r\n%s";

	private static final String STREAM = "GET /comet?channel=%s HTTP/1.1\r\nHost: localhost\r\n"
			+ "Accept: text/event-stream\r\n\r\n";

	private static final String LAST_CHUNK = "0\r\n\r\n";

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final ManyConnections connections;

	private final Map<String, Integer> ends = new TreeMap<>();

	private final int polls;

	private final int streams;

	private int streaming;

	private int ended;

	private long firstEnd;

	private long lastEnd;

	EndingCrowd(int port, int polls, int streams) {
		this.connections = new ManyConnections(port, PATIENCE);
		this.polls = polls;
		this.streams = streams;
	}

	/** Sends all requests, and waits until the head of each stream is here. */
	void open(String channel) {
		String registration = "registration=" + channel;
		String poll = POLL.formatted(registration.length(), registration);
		String stream = STREAM.formatted(channel);
		for (int i = 0; i < this.polls + this.streams; i++) {
			this.connections.add(new Client((i < this.polls) ? poll : stream));
		}
		this.connections.serveUntil(() -> this.connections.areAllConnected() && this.streaming == this.streams);
	}

	/** Waits until the server has ended all clients. */
	void readToEnd() {
		this.connections.serveUntil(() -> this.ended == this.polls + this.streams);
	}

	/** How many clients were ended in which way. */
	Map<String, Integer> ends() {
		return this.ends;
	}

	/** The time between the first end and the last, in nanoseconds. */
	long spread() {
		return this.lastEnd - this.firstEnd;
	}

	/** When the last client was ended, by {@link System#nanoTime()}. */
	long lastEnd() {
		return this.lastEnd;
	}

	private void countEnd(String end) {
		this.ends.merge(end, 1, Integer::sum);
		this.lastEnd = System.nanoTime();
		this.firstEnd = (this.ended == 0) ? this.lastEnd : this.firstEnd;
		this.ended++;
	}

	@Override
	public void close() {
		this.connections.close();
	}

	/**
	 * A client.
	 */
	private final class Client implements ManyConnections.Client {

		private final String request;

		private final StringBuilder received = new StringBuilder();

		private Client(String request) {
			this.request = request;
		}

		private boolean isStream() {
			return this.request.startsWith("GET");
		}

		@Override
		public void connected(Connection connection) throws IOException {
			connection.send(this.request);
			connection.letNextConnect();
		}

		@Override
		public void received(Connection connection, String text) throws IOException {
			if (this.received.isEmpty() && isStream()) {
				EndingCrowd.this.streaming++;
			}
			this.received.append(text);
			endIfItIsOver(connection, false);
		}

		@Override
		public void ended(Connection connection) throws IOException {
			endIfItIsOver(connection, true);
		}

		private void endIfItIsOver(Connection connection, boolean isClosed) throws IOException {
			String end = end(isClosed);
			if (end != null) {
				countEnd(end);
				connection.close();
			}
		}

		/** How it was ended, or {@code null} if it is not. */
		private @Nullable String end(boolean isClosed) {
			String text = this.received.toString();
			if (isStream()) {
				if (text.endsWith(LAST_CHUNK)) {
					return "stream: completed";
				}
				return isClosed ? "stream: cut" : null;
			}
			if (text.contains("\r\n\r\n")) {
				String cursor = text.contains("\r\nComet-Cursor: ") ? " with a cursor" : "";
				String retry = text.contains("\r\nRetry-After: ") ? " and Retry-After" : "";
				return "poll: " + text.substring("HTTP/1.1 ".length(), "HTTP/1.1 503".length()) + cursor + retry;
			}
			return isClosed ? "poll: cut" : null;
		}

	}

}
