package io.github.cometspring.netty;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.ServedClass;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What clients may do with a connection whose polls take the fast path. A buffer that
 * leaks is logged, which fails the class. One class, as lost buffers are looked for once,
 * when all of it has run.
 */
class FastPathConnectionIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String ENDED = "x:ENDED_CHANNEL";

	// More than the clients that leave in one test: the server may handle some of them
	// during the next test.
	private static final int LIMIT = 100;

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.fast-path=true", "comet.max-connections=" + LIMIT,
			"comet.timeout=1h")
		.exempting("io.github.cometspring.subscription.RefusalLog");

	private static ResourceLeakDetector.Level level;

	private RawConnection client;

	@BeforeAll
	static void watchBuffers() {
		level = ResourceLeakDetector.getLevel();
		ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
		Route.assertFastPath(comet.server(), "/comet");
	}

	@AfterAll
	static void reportLeaks() {
		// A leak is reported when the next buffer is allocated.
		for (int i = 0; i < 3; i++) {
			System.gc();
			comet.server().poll("registration=x");
		}
		ResourceLeakDetector.setLevel(level);
	}

	@BeforeEach
	void connect() {
		this.client = comet.connect();
	}

	private static String poll(String ids, String... headers) {
		String body = "registration=" + ids;
		String lines = Arrays.stream(headers).map((header) -> header + "\r\n").reduce("", String::concat);
		return "POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ocsigen-comet\r\n" + lines
				+ "Content-Length: " + body.length() + "\r\n\r\n" + body;
	}

	private static String get(String target) {
		return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
	}

	private static int polls() {
		return comet.server().bean(Subscriptions.class).connections(Transport.LEGACY);
	}

	@Test
	void requestsOfBothPathsInTurnShouldAllBeAnswered() {
		for (int i = 0; i < 30; i++) {
			assertThat(this.client.send(poll("x")).read().body()).isEqualTo(ENDED);
			assertThat(this.client.send(get("/nothing")).read().status()).isEqualTo(404);
			assertThat(this.client.send(poll("x")).read().body()).isEqualTo(ENDED);
			this.client.send("HEAD /comet/comet.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(this.client.readWithoutBody().status()).isEqualTo(200);
			this.client.send(poll(comet.name()));
			Await.until(() -> comet.channel().subscribers() == 1);
			comet.publish("m");
			assertThat(this.client.read().body()).isEqualTo(comet.name() + ":m");
			assertThat(this.client.send(poll("")).read().status()).isEqualTo(400);
			this.client.send(poll("x", "Expect: 100-continue"));
			assertThat(this.client.read().body()).isEqualTo(ENDED);
		}
	}

	@Test
	void requestsOfBothPathsAtOnceShouldBeAnsweredInOrder() {
		String all = poll("x") + get("/nothing") + poll("x") + poll("") + poll("y") + poll("y") + get("/comet/comet.js")
				+ poll("x", "X: y") + get("/nothing");
		for (int i = 0; i < 20; i++) {
			this.client.send(all);
			shouldBe(200, ENDED);
			shouldBe(404, "");
			shouldBe(200, ENDED);
			shouldBe(400, "");
			shouldBe(200, "y:ENDED_CHANNEL");
			shouldBe(200, "y:ENDED_CHANNEL");
			assertThat(this.client.read().header("Content-Type")).startsWith("text/javascript");
			shouldBe(200, ENDED);
			shouldBe(404, "");
		}
	}

	private void shouldBe(int status, String body) {
		RawConnection.Answer answer = this.client.read();
		assertThat(answer.status()).as(answer::toString).isEqualTo(status);
		assertThat(answer.body()).as(answer::toString).contains(body);
	}

	@Test
	void requestsBehindHeldPollShouldWaitForIt() {
		this.client.send(poll(comet.name()) + get("/nothing") + poll("x") + poll(comet.name()) + poll("y"));
		Await.until(() -> comet.channel().subscribers() == 1);
		assertThat(this.client.readFor(Duration.ofMillis(100))).isEmpty();
		comet.publish("1");
		assertThat(this.client.read().body()).isEqualTo(comet.name() + ":1");
		assertThat(this.client.read().status()).isEqualTo(404);
		assertThat(this.client.read().body()).isEqualTo(ENDED);
		Await.until(() -> comet.channel().subscribers() == 1);
		comet.publish("2");
		assertThat(this.client.read().body()).isEqualTo(comet.name() + ":2");
		assertThat(this.client.read().body()).isEqualTo("y:ENDED_CHANNEL");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void halfRequestBehindHeldPollShouldWaitForIt(boolean inOnePiece) {
		String next = poll("x");
		for (int half = 1; half < next.length(); half += 7) {
			String begun = next.substring(0, half);
			this.client.send(poll(comet.name()) + (inOnePiece ? begun : ""));
			Await.until(() -> comet.channel().subscribers() == 1);
			this.client.send(inOnePiece ? "" : begun);
			comet.publish("m");
			assertThat(this.client.read().body()).isEqualTo(comet.name() + ":m");
			this.client.send(next.substring(half));
			assertThat(this.client.read().body()).isEqualTo(ENDED);
		}
	}

	@Test
	void pollInPiecesShouldBeAnswered() {
		String next = poll("x");
		for (int half = 1; half < next.length(); half++) {
			this.client.send(poll("x"));
			assertThat(this.client.read().body()).isEqualTo(ENDED);
			this.client.send(next.substring(0, half));
			this.client.send(next.substring(half));
			assertThat(this.client.read().body()).isEqualTo(ENDED);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientThatVanishesShouldLeaveNothing(boolean reset) {
		String all = poll("x") + poll(comet.name()) + poll("x") + get("/nothing");
		for (int length = 1; length <= all.length(); length += 3) {
			try (RawConnection vanishing = RawConnection.open(comet.port())) {
				vanishing.send(all.substring(0, length));
				if (reset) {
					vanishing.reset();
				}
			}
		}
		Await.until(() -> comet.channel().subscribers() == 0 && polls() == 0);
	}

	@Test
	void clientThatVanishesDuringAnswerShouldLeaveNothing() {
		comet.publish("m".repeat(60_000), "m".repeat(60_000), "m".repeat(60_000), "m".repeat(60_000));
		for (int i = 0; i < 20; i++) {
			RawConnection vanishing = RawConnection.open(comet.port(), 4096);
			vanishing.send(poll(comet.name(), "Comet-Cursor: earliest") + poll(comet.name(), "Comet-Cursor: earliest")
					+ poll(comet.name()));
			vanishing.readBytes(100 * i);
			vanishing.reset();
		}
		Await.until(() -> comet.channel().subscribers() == 0 && polls() == 0);
	}

	@Test
	void pollsBeyondLimitShouldBeRefusedUntilThereIsRoom() {
		List<RawConnection> held = new ArrayList<>();
		for (int i = 0; i < LIMIT; i++) {
			held.add(comet.connect().send(poll(comet.name())));
		}
		Await.until(() -> comet.channel().subscribers() == LIMIT);
		Answer refused = this.client.send(poll("x")).read();
		assertThat(refused.status()).isEqualTo(503);
		assertThat(refused.header("Retry-After")).isNotNull();
		held.get(0).close();
		Await.until(() -> polls() == LIMIT - 1);
		assertThat(this.client.send(poll("x")).read().body()).isEqualTo(ENDED);
		comet.publish("m");
		for (RawConnection other : held.subList(1, LIMIT)) {
			assertThat(other.read().body()).isEqualTo(comet.name() + ":m");
		}
		assertThat(polls()).isZero();
	}

	@Test
	void connectionShouldBeClosedAfterAnswerIfClientAsks() {
		this.client.send(poll("x") + poll("x", "Connection: close") + poll("y"));
		assertThat(this.client.read().body()).isEqualTo(ENDED);
		Answer last = this.client.read();
		assertThat(last.body()).isEqualTo(ENDED);
		assertThat(last.header("Connection")).isEqualTo("close");
		assertThat(this.client.isClosedByServer()).isTrue();
	}

	@Test
	void noHttpBehindHeldPollShouldBeRefusedInItsTurn() {
		this.client.send(poll(comet.name()) + "\u0000nonsense\r\n\r\n");
		Await.until(() -> comet.channel().subscribers() == 1);
		comet.publish("m");
		assertThat(this.client.read().body()).isEqualTo(comet.name() + ":m");
		assertThat(new String(this.client.readToEnd(), StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 400");
	}

	@Test
	void webSocketAfterPollsShouldBeServed() {
		this.client.send(poll("x") + poll("x"));
		assertThat(this.client.read().body()).isEqualTo(ENDED);
		assertThat(this.client.read().body()).isEqualTo(ENDED);
		RawWebSocket socket = RawWebSocket.open(this.client);
		socket.send("{\"subscribe\":[\"" + comet.name() + "\"]}").text();
		comet.publish("m");
		assertThat(socket.text()).contains("\"m\"");
		assertThat(socket.send("{\"ping\":1}").text()).isEqualTo("{\"pong\":1}");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void webSocketThatVanishesShouldLeaveNothing(boolean reset) {
		byte[] ping = RawWebSocket.frame(0x89, true, new byte[100]);
		byte[] start = RawWebSocket.frame(RawWebSocket.TEXT, false,
				"{\"subscribe\":[\"".getBytes(StandardCharsets.UTF_8));
		byte[] more = RawWebSocket.frame(RawWebSocket.CONTINUATION, true,
				comet.name().getBytes(StandardCharsets.UTF_8));
		for (int i = 0; i < 30; i++) {
			try (RawConnection vanishing = RawConnection.open(comet.port(), 4096)) {
				RawWebSocket socket = RawWebSocket.open(vanishing);
				for (int j = 0; j < i; j++) {
					socket.sendRaw(ping);
				}
				socket.sendRaw(start);
				socket.sendRaw(Arrays.copyOf(more, more.length * i / 30));
				if (reset) {
					vanishing.reset();
				}
			}
		}
		Await.until(() -> comet.server().bean(Subscriptions.class).connections(Transport.WEBSOCKET) == 0);
	}

	@Test
	void webSocketBehindHeldPollShouldBeServedInItsTurn() {
		this.client.send(poll(comet.name()));
		Await.until(() -> comet.channel().subscribers() == 1);
		this.client.send("GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
				+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
		comet.publish("m");
		assertThat(this.client.read().body()).isEqualTo(comet.name() + ":m");
		assertThat(this.client.readSwitch().status()).isEqualTo(101);
	}

	@Test
	void pollsAroundEventStreamShouldBeAnswered() {
		for (int i = 0; i < 3; i++) {
			Channel channel = comet.server().create("stream-" + i);
			assertThat(this.client.send(poll("x")).read().body()).isEqualTo(ENDED);
			RawEventStream stream = RawEventStream.open(this.client, "channel=" + channel.id());
			stream.next();
			channel.publish("m").block(PATIENCE);
			assertThat(Objects.requireNonNull(stream.nextMessage()).data()).contains("\"m\"");
			// Waits for the end of the stream
			this.client.send(poll("x"));
			channel.close().block(PATIENCE);
			while (stream.next() != null) {
				// the end
			}
			assertThat(this.client.read().body()).isEqualTo(ENDED);
		}
	}

	@Test
	void answerThatIsBeingWrittenWhenKilledShouldBeComplete() {
		comet.publish("m".repeat(60_000), "m".repeat(60_000), "m".repeat(60_000), "m".repeat(60_000));
		RawConnection slow = comet.open(RawConnection.open(comet.port(), 4096));
		slow.send(poll(comet.name(), "Comet-Cursor: earliest") + poll(comet.name()));
		Await.until(slow::hasAnswer);
		comet.server().control().deactivate().block(PATIENCE);
		try {
			assertThat(slow.read().body()).hasSize(4 * (comet.name().length() + 1 + 60_000) + 3);
			assertThat(slow.read().status()).isEqualTo(503);
		}
		finally {
			comet.server().control().activate().block(PATIENCE);
		}
	}

}
