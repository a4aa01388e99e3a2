package io.github.cometspring.actuate;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import io.github.cometspring.testing.ManyConnections;
import io.github.cometspring.testing.ManyConnections.Connection;

/**
 * A program that holds many polls with one thread. It runs in its own process, because
 * the number of open files is limited for each. It prints {@code SENT} when it has sent
 * all polls, and when all are answered {@code ANSWERS} and how often it received which
 * status line.
 */
final class PollHerd implements ManyConnections.Client {

	// Longer than the polls are held for
	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final String request;

	private final int size;

	private final Map<String, Integer> answers = new TreeMap<>();

	private int sent;

	private int answered;

	private PollHerd(String body, int size) {
		this.size = size;
		this.request = "POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ocsigen-comet\r\n"
				+ "Content-Length: " + body.length() + "\r\n\r\n" + body;
	}

	/**
	 * Runs a herd.
	 * @param args the port, the body of a poll, how many polls
	 */
	public static void main(String[] args) {
		new PollHerd(args[1], Integer.parseInt(args[2])).run(Integer.parseInt(args[0]));
	}

	private void run(int port) {
		try (ManyConnections connections = new ManyConnections(port, PATIENCE)) {
			for (int i = 0; i < this.size; i++) {
				connections.add(this);
			}
			connections.serveUntil(() -> this.answered == this.size);
		}
		System.out.println("ANSWERS " + this.answers);
	}

	@Override
	public void connected(Connection connection) throws IOException {
		connection.send(this.request);
		connection.letNextConnect();
		this.sent++;
		if (this.sent == this.size) {
			System.out.println("SENT");
		}
	}

	@Override
	public void received(Connection connection, String text) throws IOException {
		answered(connection, text.substring(0, text.indexOf("\r\n")));
	}

	@Override
	public void ended(Connection connection) throws IOException {
		answered(connection, "closed");
	}

	private void answered(Connection connection, String answer) throws IOException {
		this.answers.merge(answer, 1, Integer::sum);
		this.answered++;
		connection.close();
	}

}
