package io.github.cometspring.web;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Outcome;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.RawWebSocket.Frame;
import io.github.cometspring.testing.ServedClass;
import io.github.cometspring.testing.SmallBuffers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * WebSockets whose clients fail the liveness check (protocol, section 5).
 */
class HalfOpenIT {

	private static final Duration HEARTBEAT = Duration.ofMillis(300);

	private static final Duration WRITE_TIMEOUT = Duration.ofMillis(600);

	private static final int SMALL_BUFFER = 4096;

	@RegisterExtension
	static final ServedClass comet = new ServedClass(new Class<?>[] { SmallBuffers.class },
			"comet.heartbeat=" + HEARTBEAT, "comet.write-timeout=" + WRITE_TIMEOUT);

	private static RawWebSocket subscribe() {
		return subscribe(comet.open(RawWebSocket.open(comet.port())));
	}

	private static RawWebSocket subscribe(RawWebSocket socket) {
		socket.send("{\"subscribe\":[\"" + comet.name() + "\"]}").text();
		return socket;
	}

	private static int sockets() {
		return comet.server().connections(Transport.WEBSOCKET);
	}

	private static void shouldBeCut(RawWebSocket socket) {
		Await.until(() -> sockets() == 0 && comet.channel().subscribers() == 0);
		assertThat(socket.connection().drain()).isTrue();
		Outcome outcome = Objects.requireNonNull(comet.channel().deliver("late").block(Duration.ofSeconds(10)));
		assertThat(outcome.delivered() + outcome.failed()).isZero();
	}

	@Test
	void socketWhenItAnswersNoPingShouldBeCutAfterHeartbeatAndWriteTimeout() {
		long begin = System.nanoTime();
		RawWebSocket socket = subscribe();
		shouldBeCut(socket);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(HEARTBEAT.plus(WRITE_TIMEOUT));
	}

	@Test
	void socketWhenItListensToNothingAndAnswersNoPingShouldBeCut() {
		shouldBeCut(comet.open(RawWebSocket.open(comet.port())));
	}

	@Test
	void socketWhenBusyAndAnsweringNoPingShouldBeCut() {
		RawWebSocket socket = subscribe();
		Await.until(() -> {
			comet.publish("message");
			// Reads all frames, and answers none.
			return socket.read() == null;
		});
		Await.until(() -> sockets() == 0);
	}

	@Test
	void socketWhenBusyShouldBePinged() {
		RawWebSocket socket = subscribe();
		int pings = 0;
		while (pings < 5) {
			comet.publish("message");
			Frame frame = Objects.requireNonNull(socket.read());
			if (frame.opcode() == RawWebSocket.PING) {
				socket.send(RawWebSocket.PONG, true, frame.payload());
				pings++;
			}
		}
		assertThat(sockets()).isEqualTo(1);
	}

	@Test
	void socketWhenItAnswersPingsShouldStay() {
		RawWebSocket socket = subscribe();
		// Longer than the server waits before it disconnects a client
		for (int i = 0; i < 8; i++) {
			Frame frame = Objects.requireNonNull(socket.read());
			assertThat(frame.opcode()).isEqualTo(RawWebSocket.PING);
			socket.send(RawWebSocket.PONG, true, frame.payload());
		}
		assertThat(socket.send("{\"ping\":1}").text()).isEqualTo("{\"pong\":1}");
	}

	@Test
	void socketWhenItSendsAnythingShouldStay() {
		RawWebSocket socket = subscribe();
		for (int i = 0; i < 8; i++) {
			Frame frame = Objects.requireNonNull(socket.read());
			assertThat(frame.opcode()).isEqualTo(RawWebSocket.PING);
			socket.send("{\"unsubscribe\":[\"nothing\"]}");
		}
		assertThat(sockets()).isEqualTo(1);
	}

	@Test
	void socketWhenItStopsInTheMiddleOfFrameShouldBeCut() {
		RawWebSocket socket = subscribe();
		socket.sendRaw(new byte[] { (byte) 0x81 });
		shouldBeCut(socket);
	}

	@Test
	void socketWhenItStopsInTheMiddleOfMessageShouldBeCut() {
		RawWebSocket socket = subscribe();
		socket.send(RawWebSocket.TEXT, false, new byte[] { '{' });
		shouldBeCut(socket);
	}

	@OneNodeOnly("deliver() waits for the clients of its own node")
	@Test
	void deliverWhenSocketIsCutShouldCountItFailed() {
		RawConnection connection = RawConnection.open(comet.port(), SMALL_BUFFER);
		RawWebSocket socket = subscribe(comet.open(RawWebSocket.open(connection)));
		// More than the buffers of the kernel take in, however it sizes them
		IntStream.range(0, 50).forEach((number) -> comet.publish("x".repeat(60_000)));
		CompletableFuture<Outcome> outcome = comet.channel().deliver("x".repeat(60_000)).toFuture();
		assertThat(outcome).succeedsWithin(Duration.ofSeconds(10)).satisfies((counts) -> {
			assertThat(counts.delivered()).isZero();
			assertThat(counts.failed()).isEqualTo(1);
		});
		shouldBeCut(socket);
	}

}
