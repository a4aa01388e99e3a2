package io.github.cometspring.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.ServedClass;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that send frames before their handshake is answered, which RFC 6455 (section
 * 4.1) forbids: their connections are closed, and nothing leaks.
 */
class EarlyFramesIT {

	private static final String HANDSHAKE = "GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
			+ "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n";

	private static final int CLIENTS = 50;

	@RegisterExtension
	static final ServedClass comet = new ServedClass();

	private static byte[] early(byte[] frames, String... headers) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		bytes.writeBytes(HANDSHAKE.formatted(String.join("", headers)).getBytes(StandardCharsets.US_ASCII));
		bytes.writeBytes(frames);
		return bytes.toByteArray();
	}

	private static int sockets() {
		return comet.server().connections(Transport.WEBSOCKET);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"ping\":1}", "\n\r\n\r\n", "", "GET / HTTP/1.1\r\n\r\n" })
	void framesWhenEarlyShouldCloseWith1002(String text) {
		byte[] frame = RawWebSocket.frame(0x81, true, text.getBytes(StandardCharsets.US_ASCII));
		try (RawConnection client = RawConnection.open(comet.port())) {
			assertThat(client.send(early(frame)).readSwitch().status()).isEqualTo(101);
			assertThat(client.readBytes(4)).startsWith(0x88).endsWith(0x03, 0xEA);
			assertThat(client.drain()).isTrue();
		}
		Await.until(() -> sockets() == 0);
	}

	@Test
	void requestWhenBehindHandshakeShouldCloseWith1002() {
		byte[] request = "POST /comet HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"
			.getBytes(StandardCharsets.US_ASCII);
		try (RawConnection client = RawConnection.open(comet.port())) {
			assertThat(client.send(early(request)).readSwitch().status()).isEqualTo(101);
			assertThat(client.readBytes(4)).startsWith(0x88).endsWith(0x03, 0xEA);
			assertThat(client.drain()).isTrue();
		}
		Await.until(() -> sockets() == 0);
	}

	@Test
	void framesWhenEarlyShouldLeakNothing() {
		List<String> leaks = new CopyOnWriteArrayList<>();
		ByteBufUtil.setLeakListener((type, records) -> leaks.add(type + records));
		ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
		ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
		try {
			sendEarly();
			// Netty reports a leak when another buffer is allocated after the garbage
			// collection.
			for (int i = 0; i < 3; i++) {
				System.gc();
				comet.server().poll("registration=x");
			}
		}
		finally {
			ResourceLeakDetector.setLevel(level);
			ByteBufUtil.setLeakListener(null);
		}
		assertThat(leaks).isEmpty();
	}

	private static void sendEarly() {
		Random random = new Random(7);
		for (int i = 0; i < CLIENTS; i++) {
			byte[] payload = new byte[random.nextInt(100)];
			random.nextBytes(payload);
			byte[] bytes = early(RawWebSocket.frame(random.nextInt(4) == 0 ? 0x88 : 0x82, true, payload));
			try (RawConnection client = RawConnection.open(comet.port())) {
				client.send(bytes).readSwitch();
			}
		}
		Await.until(() -> sockets() == 0);
	}

}
