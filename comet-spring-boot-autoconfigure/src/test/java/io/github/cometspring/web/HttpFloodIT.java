package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Memory;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * HTTP clients that never complete their requests, beside one that behaves.
 */
@AlsoOnIoUring
class HttpFloodIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);

	private static final long MEGABYTE = 1024 * 1024;

	private static final int CROWD = 200;

	private static final String JSON_POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/json\r\n";

	// Reactor Netty logs requests that it cannot decode.
	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations");

	private static CometServer server;

	private static Channel channel;

	private final List<RawConnection> open = new ArrayList<>();

	private Memory before;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.max-connections=" + (CROWD + 1));
		channel = server.create("a");
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(log.ownMessages()).isEmpty();
	}

	@BeforeEach
	void measure() {
		goodShouldBeServed();
		this.before = Memory.inUse();
	}

	@AfterEach
	void noClientShouldBeLeft() {
		this.open.forEach(RawConnection::close);
		for (Transport transport : Transport.values()) {
			Await.until(() -> server.connections(transport) == 0);
		}
		goodShouldBeServed();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "GET ", "GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnec",
			"GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
					+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" })
	void handshakesWhenIncompleteShouldTakeNoSlot(String half) {
		// Twice as many as there are slots
		for (int i = 0; i < 2 * CROWD; i++) {
			open().send(half);
		}
		goodShouldBeServed();
		assertThat(server.connections(Transport.WEBSOCKET)).isZero();
		assertThat(Memory.inUse().since(this.before).growth()).isLessThan(16 * MEGABYTE);
	}

	@Test
	void pollsWhenBodiesDribbleShouldBeAnswered408() {
		for (int i = 0; i < CROWD; i++) {
			open().send(JSON_POLL + "Content-Length: 1000\r\n\r\n");
		}
		long begin = System.nanoTime();
		// A byte now and then does not extend the time limit.
		Awaitility.await()
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(500))
			.atMost(BODY_TIMEOUT.plusSeconds(10))
			.until(() -> {
				if (this.open.get(CROWD - 1).hasAnswer()) {
					return true;
				}
				this.open.forEach((client) -> client.send(" "));
				goodShouldBeServed();
				return false;
			});
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(BODY_TIMEOUT.minusSeconds(2),
				BODY_TIMEOUT.plusSeconds(5));
		assertThat(Memory.inUse().since(this.before).growth()).isLessThan(16 * MEGABYTE);
		for (RawConnection client : this.open) {
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(408);
			assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		}
	}

	@Test
	void pollWhenBodyIsEndlessShouldAnswer413AndKeepNothing() {
		RawConnection client = open().send(JSON_POLL + "Transfer-Encoding: chunked\r\n\r\n");
		byte[] chunk = ("1000\r\n" + " ".repeat(0x1000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
		try (Flood flood = Flood.start(client, chunk)) {
			assertThat(client.read().status()).isEqualTo(413);
			// Bytes after the answer are discarded.
			long sent = flood.sent();
			Await.until(() -> flood.isOver() || flood.sent() > sent + 64 * MEGABYTE);
			assertThat(Memory.inUse().since(this.before).growth()).isLessThan(4 * MEGABYTE);
			goodShouldBeServed();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET /comet?channel=a&channel=", "GET /comet?cursor=", "GET /comet?",
			"GET /comet HTTP/1.1\r\nUpgrade: websocket\r\nX-Endless: " })
	void requestWhenHeadIsEndlessShouldBeRefusedAndCut(String head) {
		RawConnection client = open().send(head);
		try (Flood flood = Flood.start(client, "b".repeat(1000).getBytes(StandardCharsets.US_ASCII))) {
			Await.until(flood::isOver);
			assertThat(flood.sent()).isLessThan(16 * MEGABYTE);
			assertThat(Memory.inUse().since(this.before).growth()).isLessThan(4 * MEGABYTE);
		}
	}

	private RawConnection open() {
		RawConnection connection = RawConnection.open(server.port());
		this.open.add(connection);
		return connection;
	}

	private static void goodShouldBeServed() {
		try (RawConnection client = RawConnection.open(server.port())) {
			String cursor = Objects.requireNonNull(channel.cursor().block(PATIENCE)).token();
			channel.publish("good").block(PATIENCE);
			long begin = System.nanoTime();
			client.request("POST", "/comet", "application/json",
					"{\"channels\":[\"a\"],\"cursor\":\"" + cursor + "\"}");
			assertThat(client.read().body()).contains("\"good\"");
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
		}
	}

}
