package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.JavaProcess;
import io.github.cometspring.testing.RawWebSocket;

/**
 * Starts and ends the process of a {@link StalledCrowd}.
 */
final class CrowdProcess implements AutoCloseable {

	private static final String EVENTS = "GET /comet?channel=%s HTTP/1.1\r\nHost: localhost\r\n"
			+ "Accept: text/event-stream\r\n\r\n";

	private static final String HANDSHAKE = "GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
			+ "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

	private final JavaProcess process;

	private CrowdProcess(JavaProcess process) {
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
	static CrowdProcess start(Transport transport, int port, String channel, int size) {
		List<String> arguments = new ArrayList<>(List.of(String.valueOf(port), String.valueOf(size)));
		if (transport == Transport.SSE) {
			arguments.addAll(
					List.of("event: heartbeat", base64(EVENTS.formatted(channel).getBytes(StandardCharsets.US_ASCII))));
		}
		else {
			byte[] subscribe = RawWebSocket.frame(0x81, true,
					("{\"subscribe\":[\"" + channel + "\"]}").getBytes(StandardCharsets.US_ASCII));
			arguments.addAll(
					List.of("\"cursor\"", base64(HANDSHAKE.getBytes(StandardCharsets.US_ASCII)), base64(subscribe)));
		}
		JavaProcess process = JavaProcess.start(StalledCrowd.class, List.of("-Xmx128m", "-XX:+UseSerialGC"), arguments);
		process.await("STALLED");
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
		this.process.close();
	}

}
