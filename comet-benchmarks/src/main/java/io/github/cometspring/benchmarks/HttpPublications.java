package io.github.cometspring.benchmarks;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Publishes over HTTP on one channel without clients, a request at a time on each of some
 * connections.
 */
final class HttpPublications implements Taker {

	/**
	 * A publisher's key, in a server that this program starts and ends.
	 */
	static final String KEY = "comet-benchmarks-comet-benchmarks";

	private static final int CONNECTIONS = 16;

	private static final String DATA = "x".repeat(100);

	private static final int TIMEOUT_MS = 10_000;

	private final int publications;

	HttpPublications(int publications) {
		this.publications = publications;
	}

	@Override
	public Sample take(Server server, Results.Case measured) throws IOException {
		byte[] request = request(server.kind()).getBytes(StandardCharsets.US_ASCII);
		List<Publisher> publishers = new ArrayList<>();
		try {
			for (int i = 0; i < CONNECTIONS; i++) {
				publishers.add(new Publisher(server.port()));
			}
			double cpu = server.cpuMicros();
			long start = System.nanoTime();
			int rounds = Math.max(1, this.publications / CONNECTIONS);
			for (int round = 0; round < rounds; round++) {
				for (Publisher publisher : publishers) {
					publisher.send(request);
				}
				for (Publisher publisher : publishers) {
					publisher.readAnswer();
				}
			}
			int count = rounds * CONNECTIONS;
			Map<String, Double> figures = new LinkedHashMap<>();
			figures.put("publish_per_s", count * 1e9 / (System.nanoTime() - start));
			figures.put("publish_cpu_us", (server.cpuMicros() - cpu) / count);
			return new Sample(figures);
		}
		finally {
			for (Publisher publisher : publishers) {
				publisher.close();
			}
		}
	}

	private static String request(ServerKind kind) {
		boolean endpoint = kind == ServerKind.COMET_PUBLISH;
		return """
				POST %s HTTP/1.1\r
				Host: 127.0.0.1\r
				Content-Type: text/plain\r
				%sContent-Length: %d\r
				\r
				%s""".formatted(endpoint ? "/comet/publish?channel=c0" : "/pub/c0",
				endpoint ? "Authorization: Bearer " + KEY + "\r\n" : "", DATA.length(), DATA);
	}

	/**
	 * A connection that publishes.
	 */
	private static final class Publisher implements AutoCloseable {

		private final Socket socket;

		private final InputStream in;

		private Publisher(int port) throws IOException {
			this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
			this.socket.setTcpNoDelay(true);
			this.socket.setSoTimeout(TIMEOUT_MS);
			this.in = new BufferedInputStream(this.socket.getInputStream());
		}

		void send(byte[] request) throws IOException {
			this.socket.getOutputStream().write(request);
		}

		void readAnswer() throws IOException {
			String status = readLine();
			if (!status.startsWith("HTTP/1.1 2")) {
				throw new IOException("A publication is answered " + status);
			}
			int length = 0;
			for (String line = readLine(); !line.isEmpty(); line = readLine()) {
				if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
					length = Integer.parseInt(line.substring(15).strip());
				}
			}
			this.in.skipNBytes(length);
		}

		private String readLine() throws IOException {
			StringBuilder line = new StringBuilder();
			for (int c = this.in.read(); c != '\n'; c = this.in.read()) {
				if (c < 0) {
					throw new EOFException("The server has closed the connection");
				}
				if (c != '\r') {
					line.append((char) c);
				}
			}
			return line.toString();
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

}
