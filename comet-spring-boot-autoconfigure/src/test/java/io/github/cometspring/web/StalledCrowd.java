package io.github.cometspring.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import io.github.cometspring.testing.ManyConnections;
import io.github.cometspring.testing.ManyConnections.Connection;

/**
 * A program that opens many connections, each of which requests a stream, reads its
 * start, and then never reads again. It runs in a process of its own, as the heap of the
 * server is measured. It prints {@code STALLED} when all streams have started, and ends
 * with its input.
 */
final class StalledCrowd {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final List<String> requests;

	private final String beginning;

	private int begun;

	private StalledCrowd(List<String> requests, String beginning) {
		this.requests = requests;
		this.beginning = beginning;
	}

	/**
	 * Runs a crowd.
	 * @param args the port, the number of connections, the text at which each stream has
	 * started, and the requests that each sends, in Base64: the first at once, each other
	 * when data has come
	 * @throws IOException if the input fails
	 */
	public static void main(String[] args) throws IOException {
		List<String> requests = new ArrayList<>();
		for (int i = 3; i < args.length; i++) {
			requests.add(new String(Base64.getDecoder().decode(args[i]), StandardCharsets.ISO_8859_1));
		}
		new StalledCrowd(requests, args[2]).run(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
	}

	private void run(int port, int size) throws IOException {
		try (ManyConnections connections = new ManyConnections(port, PATIENCE)) {
			for (int i = 0; i < size; i++) {
				connections.add(new Conversation());
			}
			connections.serveUntil(() -> this.begun == size);
			System.out.println("STALLED");
			while (System.in.read() >= 0) {
				// The input has only an end.
			}
		}
	}

	/**
	 * The client of one stream.
	 */
	private final class Conversation implements ManyConnections.Client {

		private final StringBuilder read = new StringBuilder();

		private int sent;

		@Override
		public void connected(Connection connection) throws IOException {
			sendNext(connection);
		}

		@Override
		public void received(Connection connection, String text) throws IOException {
			this.read.append(text);
			if (this.sent < StalledCrowd.this.requests.size()) {
				sendNext(connection);
			}
			else if (this.read.indexOf(StalledCrowd.this.beginning) >= 0) {
				StalledCrowd.this.begun++;
				connection.letNextConnect();
				connection.stopReading();
			}
		}

		@Override
		public void ended(Connection connection) throws IOException {
			throw new IOException("Closed after " + this.read);
		}

		private void sendNext(Connection connection) throws IOException {
			connection.send(StalledCrowd.this.requests.get(this.sent));
			this.sent++;
		}

	}

}
