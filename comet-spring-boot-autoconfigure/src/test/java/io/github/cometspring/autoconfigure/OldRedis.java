package io.github.cometspring.autoconfigure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A server that answers like an old Redis, until the client has read its version.
 */
final class OldRedis implements AutoCloseable {

	private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final String version;

	OldRedis(String version) throws IOException {
		this.version = version;
		Thread thread = new Thread(this::accept, "old-redis");
		thread.setDaemon(true);
		thread.start();
	}

	int port() {
		return this.server.getLocalPort();
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket client = this.server.accept();
				Thread thread = new Thread(() -> serve(client), "old-redis-client");
				thread.setDaemon(true);
				thread.start();
			}
			catch (IOException ex) {
				// The test is over.
			}
		}
	}

	private void serve(Socket client) {
		try (client) {
			BufferedReader in = new BufferedReader(
					new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
			OutputStream out = client.getOutputStream();
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				List<String> words = new ArrayList<>();
				for (int left = Integer.parseInt(line.substring(1)); left > 0; left--) {
					in.readLine();
					words.add(in.readLine());
				}
				out.write(answer(words.get(0), words).getBytes(StandardCharsets.UTF_8));
				out.flush();
			}
		}
		catch (IOException ex) {
			// The client has gone.
		}
	}

	private String answer(String command, List<String> words) {
		if (command.equals("INFO")) {
			String info = "# Server\r\nredis_version:" + this.version + "\r\nrun_id:old\r\n";
			return "$" + info.length() + "\r\n" + info + "\r\n";
		}
		if (command.equals("SUBSCRIBE")) {
			StringBuilder confirmed = new StringBuilder();
			for (int i = 1; i < words.size(); i++) {
				confirmed.append("*3\r\n$9\r\nsubscribe\r\n$%d\r\n%s\r\n:%d\r\n".formatted(words.get(i).length(),
						words.get(i), i));
			}
			return confirmed.toString();
		}
		return command.equals("PING") ? "+PONG\r\n" : "-ERR unknown command `" + command + "`\r\n";
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
