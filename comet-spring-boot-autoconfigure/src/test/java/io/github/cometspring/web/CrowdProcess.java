package io.github.cometspring.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.RawWebSocket;

/**
 * Starts and ends the process of a {@link StalledCrowd}.
 */
final class CrowdProcess implements AutoCloseable {

	private static final String EVENTS = "GET /comet?channel=%s HTTP/1.1\r\nHost: localhost\r\n"
			+ "Accept: text/event-stream\r\n\r\n";

	private static final String HANDSHAKE = "GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
			+ "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

	private final Process process;

	private CrowdProcess(Process process) {
		this.process = process;
	}

	/**
	 * Starts a crowd and waits until all of its clients listen.
	 * @param transport SSE or WEBSOCKET
	 * @param port the port of the server
	 * @param channel the id of the channel
	 * @param size the number of connections
	 * @return the crowd
	 */
	static CrowdProcess start(Transport transport, int port, String channel, int size)
			throws IOException, URISyntaxException {
		Path java = Path.of(System.getProperty("java.home"), "bin", "java");
		Path classes = Path.of(StalledCrowd.class.getProtectionDomain().getCodeSource().getLocation().toURI());
		List<String> command = new ArrayList<>(List.of(java.toString(), "-Xmx128m", "-XX:+UseSerialGC", "-cp",
				classes.toString(), StalledCrowd.class.getName(), String.valueOf(port), String.valueOf(size)));
		if (transport == Transport.SSE) {
			command.addAll(
					List.of("event: heartbeat", base64(EVENTS.formatted(channel).getBytes(StandardCharsets.US_ASCII))));
		}
		else {
			byte[] subscribe = RawWebSocket.frame(0x81, true,
					("{\"subscribe\":[\"" + channel + "\"]}").getBytes(StandardCharsets.US_ASCII));
			command.addAll(
					List.of("\"cursor\"", base64(HANDSHAKE.getBytes(StandardCharsets.US_ASCII)), base64(subscribe)));
		}
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		BufferedReader report = process.inputReader();
		if (!"STALLED".equals(report.readLine())) {
			process.destroy();
			throw new IllegalStateException("The crowd did not get in");
		}
		return new CrowdProcess(process);
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	private static String base64(byte[] bytes) {
		return Base64.getEncoder().encodeToString(bytes);
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
