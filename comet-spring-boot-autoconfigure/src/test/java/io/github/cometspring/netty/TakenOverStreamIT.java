package io.github.cometspring.netty;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Event streams and WebSockets that go on after the server regards their exchanges as
 * complete, or that the server has not seen: a request that is not plain begins on the
 * default path.
 */
@AlsoOnIoUring
@ParameterizedClass
@ValueSource(strings = { "", "&unknown=x" })
class TakenOverStreamIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration MOMENT = Duration.ofMillis(200);

	private static final String POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\nContent-Length: 14\r\n\r\nregistration=x";

	private static final String ENDED = "x:ENDED_CHANNEL";

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.fast-path=true", "comet.heartbeat=1m")
		.exempting("reactor.netty.http.server.HttpServerOperations");

	/** What makes a request plain or not. */
	@Parameter
	String more;

	private RawConnection client;

	@BeforeEach
	void connect() {
		this.client = comet.connect();
	}

	private static String get(String target, String... headers) {
		return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("", headers) + "\r\n";
	}

	private static int streams() {
		return comet.server().bean(Subscriptions.class).connections(Transport.SSE);
	}

	private static long exchanges() {
		return Route.webFluxRequests(comet.server(), "GET");
	}

	/**
	 * How many exchanges of a stream WebFlux sees.
	 */
	private int seen() {
		return this.more.isEmpty() ? 0 : 1;
	}

	private static void shouldDeliver(RawEventStream stream, String message) {
		comet.publish(message);
		assertThat(stream.message().data()).contains(message);
	}

	private static void shouldEnd(RawEventStream stream) {
		comet.channel().close().block(PATIENCE);
		assertThat(stream.message().name()).isEqualTo("ended");
		assertThat(stream.next()).isNull();
	}

	private void chunksShouldEnd() {
		comet.channel().close().block(PATIENCE);
		assertThat(this.client.readChunk()).asString().contains("ended");
		assertThat(this.client.readChunk()).isNull();
	}

	@Test
	void exchangeWhenStreamHasBegunShouldBeOver() {
		long before = exchanges();
		RawEventStream stream = RawEventStream.open(this.client, "channel=" + comet.name() + this.more);
		Await.until(() -> exchanges() == before + seen());
		for (int i = 0; i < 5; i++) {
			shouldDeliver(stream, "message " + i);
		}
		assertThat(streams()).isEqualTo(1);
		shouldEnd(stream);
		Await.until(() -> streams() == 0);
		assertThat(this.client.send(POLL).read().body()).isEqualTo(ENDED);
		assertThat(exchanges()).isEqualTo(before + seen());
	}

	@Test
	void exchangeWhenSocketIsOpenShouldBeOver() {
		long before = exchanges();
		RawWebSocket socket = this.more.isEmpty() ? RawWebSocket.open(this.client)
				: RawWebSocket.open(this.client, "Content-Type: text/plain");
		Await.until(() -> exchanges() == before + seen());
		assertThat(socket.send("{\"subscribe\":[\"" + comet.name() + "\"]}").text()).contains("cursor");
		for (int i = 0; i < 5; i++) {
			comet.publish("message " + i);
			assertThat(socket.text()).contains("message " + i);
		}
		assertThat(socket.send("{\"ping\":7}").text()).isEqualTo("{\"pong\":7}");
		socket.close();
		Await.until(() -> comet.channel().subscribers() == 0);
		assertThat(exchanges()).isEqualTo(before + seen());
	}

	@Test
	void requestsInOnePieceWithStreamShouldWaitForItsEnd() {
		this.client.send(get("/comet?channel=" + comet.name() + this.more, "Accept: text/event-stream\r\n") + POLL
				+ get("/nothing") + POLL + get("/comet?channel=y", "Accept: text/event-stream\r\n") + POLL);
		assertThat(this.client.readWithoutBody().status()).isEqualTo(200);
		assertThat(this.client.readChunk()).asString().contains("heartbeat");
		comet.publish("m");
		assertThat(this.client.readChunk()).asString().contains("\"m\"");
		assertThat(this.client.readFor(MOMENT)).isEmpty();
		chunksShouldEnd();
		assertThat(this.client.read().body()).isEqualTo(ENDED);
		assertThat(this.client.read().status()).isEqualTo(404);
		assertThat(this.client.read().body()).isEqualTo(ENDED);
		assertThat(this.client.readWithoutBody().status()).isEqualTo(204);
		assertThat(this.client.read().body()).isEqualTo(ENDED);
	}

	@Test
	void requestBehindStreamThatWaitedForPollShouldWaitForItsEnd() {
		Channel other = comet.server().create("other");
		this.client.send(POLL.replace("14", "18").replace("=x", "=other")
				+ get("/comet?channel=" + comet.name() + this.more, "Accept: text/event-stream\r\n"));
		Await.until(() -> other.subscribers() == 1);
		other.publish("m").block(PATIENCE);
		assertThat(this.client.read().body()).isEqualTo("other:m");
		assertThat(this.client.readWithoutBody().status()).isEqualTo(200);
		assertThat(this.client.readChunk()).asString().contains("heartbeat");
		this.client.send(POLL + get("/nothing"));
		assertThat(this.client.readFor(MOMENT)).isEmpty();
		comet.publish("1");
		assertThat(this.client.readChunk()).asString().contains("\"1\"");
		chunksShouldEnd();
		assertThat(this.client.read().body()).isEqualTo(ENDED);
		assertThat(this.client.read().status()).isEqualTo(404);
		other.close().block(PATIENCE);
	}

	@Test
	void streamBehindOtherRequestsInOnePieceShouldBeServed() {
		this.client.send(get("/nothing") + POLL + get("/nothing")
				+ get("/comet?channel=" + comet.name() + this.more, "Accept: text/event-stream\r\n") + POLL);
		assertThat(this.client.read().status()).isEqualTo(404);
		assertThat(this.client.read().body()).isEqualTo(ENDED);
		assertThat(this.client.read().status()).isEqualTo(404);
		assertThat(this.client.readWithoutBody().status()).isEqualTo(200);
		assertThat(this.client.readChunk()).asString().contains("heartbeat");
		comet.publish("m");
		assertThat(this.client.readChunk()).asString().contains("\"m\"");
		chunksShouldEnd();
		assertThat(this.client.read().body()).isEqualTo(ENDED);
	}

	@Test
	void streamWhenAllHasEndedBeforeItBeginsShouldLeaveConnectionInOrder() {
		comet.publish("1", "2");
		for (int i = 0; i < 10; i++) {
			Channel channel = comet.server().create("brief-" + i);
			RawEventStream stream = RawEventStream.open(this.client, "channel=" + channel.id() + this.more);
			stream.next();
			channel.publish("last").then(channel.close()).block(PATIENCE);
			assertThat(stream.message().data()).contains("last");
			assertThat(stream.message().name()).isEqualTo("ended");
			assertThat(stream.next()).isNull();
			assertThat(this.client.send(get("/nothing")).read().status()).isEqualTo(404);
		}
		Await.until(() -> streams() == 0);
	}

	@Test
	void streamShouldCloseItsConnectionIfClientAsks() {
		RawEventStream stream = RawEventStream.open(this.client, "channel=" + comet.name() + this.more,
				"Connection: close");
		stream.next();
		shouldDeliver(stream, "message");
		shouldEnd(stream);
		assertThat(this.client.isClosedByServer()).isTrue();
	}

	@Test
	void streamWhoseRequestHasBodyShouldLeaveConnectionInOrder() {
		RawEventStream stream = RawEventStream.open(this.client, "channel=" + comet.name() + this.more,
				"Content-Length: 9");
		stream.next();
		this.client.send("some body");
		shouldDeliver(stream, "message");
		shouldEnd(stream);
		assertThat(this.client.send(POLL).read().body()).isEqualTo(ENDED);
	}

	@Test
	void noHttpBehindStreamShouldBeRefusedInItsTurn() {
		RawEventStream stream = RawEventStream.open(this.client, "channel=" + comet.name() + this.more);
		stream.next();
		this.client.send("\u0000nonsense\r\n\r\n");
		shouldDeliver(stream, "message");
		shouldEnd(stream);
		assertThat(new String(this.client.readToEnd(), StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 400");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientThatVanishesShouldLeaveNothing(boolean reset) {
		for (int i = 0; i < 20; i++) {
			try (RawConnection vanishing = RawConnection.open(comet.port())) {
				RawEventStream stream = RawEventStream.open(vanishing, "channel=" + comet.name() + this.more);
				for (int j = 0; j < i % 4; j++) {
					stream.next();
					comet.publish("m".repeat(20_000));
				}
				vanishing.send((i % 2 == 0) ? "" : POLL);
				if (reset) {
					vanishing.reset();
				}
			}
		}
		Await.until(() -> {
			// A connection on which a request waits is not read.
			comet.publish("m".repeat(20_000));
			return comet.channel().subscribers() == 0 && streams() == 0;
		});
	}

	@Test
	void streamsWhenKilledShouldEndAndLeaveConnectionInOrder() {
		RawEventStream stream = RawEventStream.open(this.client, "channel=" + comet.name() + this.more);
		stream.next();
		CometControl control = comet.server().control();
		control.deactivate().block(PATIENCE);
		assertThat(stream.next()).isNull();
		Await.until(() -> streams() == 0);
		assertThat(this.client.send(POLL).read().status()).isEqualTo(503);
		control.activate().block(PATIENCE);
		assertThat(this.client.send(POLL).read().body()).isEqualTo(ENDED);
	}

}
