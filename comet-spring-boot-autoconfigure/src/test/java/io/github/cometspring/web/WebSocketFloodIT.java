package io.github.cometspring.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Memory;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SmallBuffers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * WebSocket clients that send without pause, beside one that behaves.
 */
class WebSocketFloodIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(2);

	// Before the write timeout the server answers what has been sent, at its own speed.
	private static final Duration LATEST_CUT = Duration.ofMinutes(2);

	// A kernel that is short of memory takes tiny answers into a larger one now and then
	// for minutes. A client that takes anything is not cut.
	private static final int RECEIVE_BUFFER = 4096;

	private static final long MEGABYTE = 1024 * 1024;

	// The buffers of the kernel on both sides
	private static final long MOST_SENT = 16 * MEGABYTE;

	private static final long MOST_MEMORY = 8 * MEGABYTE;

	// comet.max-request-size
	private static final int LIMIT = 16 * 1024;

	private static final int MANY = 200_000;

	private static final int WAVE = 1_000;

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private static Channel channel;

	private RawWebSocket good;

	private Memory before;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { SmallBuffers.class }, "comet.write-timeout=" + WRITE_TIMEOUT,
				"comet.heartbeat=1h");
		channel = server.create("a");
		// Warms up, so that one-time allocations do not count.
		try (RawWebSocket socket = listen()) {
			socket.send("{\"ping\":1}").text();
		}
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(log.ownMessages()).isEmpty();
	}

	@BeforeEach
	void listenAndMeasure() {
		this.good = listen();
		this.before = Memory.inUse();
	}

	@AfterEach
	void noClientShouldBeLeft() {
		goodShouldBeServed();
		this.good.close();
		Await.until(() -> connections() == 0 && channel.subscribers() == 0);
	}

	static Stream<Arguments> floods() {
		return Stream.of(Arguments.of("protocol pings", wave(RawWebSocket.frame(0x89, true, new byte[125]))),
				Arguments.of("empty protocol pings", wave(RawWebSocket.frame(0x89, true, new byte[0]))),
				Arguments.of("pings", wave(text("{\"ping\":1}"))),
				Arguments.of("subscribes and unsubscribes",
						wave(text("{\"subscribe\":[\"a\"]}"), text("{\"unsubscribe\":[\"a\"]}"))),
				Arguments.of("errors", wave(text("{\"ping\":\"x\"}"))),
				Arguments.of("replays", wave(text("{\"unsubscribe\":[\"a\"]}"),
						text("{\"subscribe\":[\"a\"],\"cursor\":\"earliest\"}"))));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("floods")
	void socketWhenFloodedWithRequestsShouldStopReadingAndThenCut(String name, byte[] wave) {
		RawConnection connection = RawConnection.open(server.port(), RECEIVE_BUFFER);
		try (Flood flood = Flood.start(RawWebSocket.open(connection).connection(), wave)) {
			goodShouldBeServed();
			flood.awaitStalled(Duration.ofMinutes(1));
			assertThat(flood.sent()).isLessThan(MOST_SENT);
			Memory more = Memory.inUse().since(this.before);
			System.out.printf("A flood of %s: %d KB sent, %s more%n", name, flood.sent() / 1024, more);
			assertThat(more.growth()).isLessThan(MOST_MEMORY);
			goodShouldBeServed();
			Await.within(LATEST_CUT, flood::isOver);
			Await.until(() -> connections() == 1);
		}
	}

	@Test
	void socketWhenFloodedWithTinyFramesShouldStayWithinBounds() {
		try (RawWebSocket socket = RawWebSocket.open(server.port())) {
			byte[] wave = wave(RawWebSocket.frame(0x8A, true, new byte[0]), text("{}"), text("{\"x\":0}"));
			for (int i = 0; i < MANY / WAVE; i++) {
				socket.sendRaw(wave);
				if (i % 20 == 0) {
					goodShouldBeServed();
				}
			}
			assertThat(socket.send("{\"ping\":5}").text()).isEqualTo("{\"pong\":5}");
			assertThat(Memory.inUse().since(this.before).growth()).isLessThan(MOST_MEMORY);
		}
	}

	@Test
	void fragmentsWhenTinyAndTogetherTooBigShouldCloseWith1009() {
		try (RawWebSocket socket = RawWebSocket.open(server.port())) {
			ByteArrayOutputStream fragments = new ByteArrayOutputStream();
			for (int i = 0; i < LIMIT; i++) {
				fragments.writeBytes(RawWebSocket.frame(RawWebSocket.CONTINUATION, true, new byte[] { ' ' }));
			}
			socket.send(RawWebSocket.TEXT, false, new byte[] { '{' }).sendRaw(fragments.toByteArray());
			assertThat(socket.text()).isEqualTo("close 1009");
			assertThat(socket.connection().drain()).isTrue();
		}
	}

	@Test
	void fragmentsWhenTheyNeverEndShouldBeCut() {
		RawWebSocket socket = RawWebSocket.open(server.port()).send(RawWebSocket.TEXT, false, new byte[] { '{' });
		try (Flood flood = Flood.start(socket.connection(),
				wave(RawWebSocket.frame(RawWebSocket.CONTINUATION, true, new byte[] { ' ' })))) {
			Await.until(flood::isOver);
			Await.until(() -> connections() == 1);
		}
	}

	@Test
	void fragmentsWhenEmptyAndManyShouldStayWithinBounds() {
		try (RawWebSocket socket = RawWebSocket.open(server.port())) {
			socket.send(RawWebSocket.TEXT, false, "{\"ping\":".getBytes(StandardCharsets.US_ASCII));
			byte[] wave = wave(RawWebSocket.frame(RawWebSocket.CONTINUATION, true, new byte[0]));
			for (int i = 0; i < MANY / WAVE; i++) {
				socket.sendRaw(wave);
			}
			goodShouldBeServed();
			assertThat(Memory.inUse().since(this.before).growth()).isLessThan(MOST_MEMORY);
			socket.send(RawWebSocket.CONTINUATION, true, "6}".getBytes(StandardCharsets.US_ASCII));
			assertThat(socket.text()).isEqualTo("{\"pong\":6}");
		}
	}

	@Test
	void fragmentsWhenManyClientsNeverFinishShouldStayWithinBounds() {
		RawWebSocket[] sockets = new RawWebSocket[100];
		byte[] most = " ".repeat(LIMIT - 1).getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i < sockets.length; i++) {
			sockets[i] = RawWebSocket.open(server.port());
			sockets[i].send(RawWebSocket.TEXT, false, most);
		}
		goodShouldBeServed();
		// Three times the bytes sent
		assertThat(Memory.inUse().since(this.before).growth()).isLessThan(3L * sockets.length * most.length);
		for (RawWebSocket socket : sockets) {
			socket.close();
		}
	}

	private void goodShouldBeServed() {
		long begin = System.nanoTime();
		for (int i = 0; i < 10; i++) {
			String data = "good " + i + " " + begin;
			channel.publish(data).block(PATIENCE);
			assertThat(this.good.text()).contains(data);
		}
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
	}

	private static RawWebSocket listen() {
		RawWebSocket socket = RawWebSocket.open(RawConnection.open(server.port()));
		socket.send("{\"subscribe\":[\"a\"]}").text();
		return socket;
	}

	private static byte[] text(String json) {
		return RawWebSocket.frame(0x81, true, json.getBytes(StandardCharsets.UTF_8));
	}

	private static byte[] wave(byte[]... frames) {
		ByteArrayOutputStream wave = new ByteArrayOutputStream();
		for (int i = 0; i < WAVE; i++) {
			wave.writeBytes(frames[i % frames.length]);
		}
		return wave.toByteArray();
	}

	private static int connections() {
		return server.connections(Transport.WEBSOCKET);
	}

}
