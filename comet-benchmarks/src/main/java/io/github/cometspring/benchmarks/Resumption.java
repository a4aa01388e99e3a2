package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes clients that connect lack some messages, and tells the load generator the cursor
 * that they come with and the last text that they have to receive.
 */
final class Resumption {

	private static final int MISSED = 10;

	private static final int LENGTH = 100;

	private static final int TRIES = 100;

	private static final Pattern CURSOR = Pattern.compile("\"cursor\":\"([^\"]+)\"");

	private Resumption() {
	}

	/**
	 * Publishes the messages.
	 * @return arguments of the load generator
	 */
	static List<String> prepare(Server server) throws IOException, InterruptedException {
		boolean comet = server.kind().isComet();
		String path = comet ? "/pub/c0" : "/replay/pub/c0";
		String cursor = publishFirst(server, path);
		if (comet) {
			String answer = server.post("/comet", "application/json", "{\"channels\":[\"c0\"],\"timeout\":\"PT0S\"}");
			Matcher found = CURSOR.matcher(answer);
			if (!found.find()) {
				throw new IOException("No cursor: " + answer);
			}
			cursor = found.group(1);
		}
		// Not the last of another crowd
		String last = "last-" + System.nanoTime() + "-";
		for (int i = 1; i <= MISSED; i++) {
			server.post(path, "text/plain", text((i < MISSED) ? "missed-" + i + "-" : last));
		}
		return List.of("--h1", cursor, "--await", last);
	}

	/**
	 * Publishes a message as soon as the server has its channel, which it creates when it
	 * listens already.
	 */
	private static String publishFirst(Server server, String path) throws IOException, InterruptedException {
		for (int tries = 1; tries < TRIES; tries++) {
			try {
				return server.post(path, "text/plain", text("known"));
			}
			catch (IOException ex) {
				Thread.sleep(100);
			}
		}
		return server.post(path, "text/plain", text("known"));
	}

	private static String text(String beginning) {
		return beginning + "x".repeat(LENGTH - beginning.length());
	}

}
