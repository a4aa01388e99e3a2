package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Server-sent events over real sockets (protocol, section 4): the events of a stream.
 */
@AlsoOnIoUring
class EventStreamIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.heartbeat=300ms");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void streamWhenOpenedShouldSendStartingCursorAtOnce() {
		comet.publish("before");
		RawEventStream stream = stream("channel=" + comet.name());
		Answer head = stream.head();
		assertThat(head.status()).isEqualTo(200);
		assertThat(head.header("Content-Type")).isEqualTo("text/event-stream;charset=UTF-8");
		assertThat(head.header("Cache-Control")).isEqualTo("no-store");
		assertThat(head.header("X-Content-Type-Options")).isEqualTo("nosniff");
		assertThat(head.header("X-Accel-Buffering")).isEqualTo("no");
		Event first = stream.event();
		assertThat(first.name()).isEqualTo("heartbeat");
		assertThat(first.id()).isEqualTo(comet.cursor());
		assertThat(Integer.parseInt(stream.retry())).isBetween(1000, 2999);
	}

	@Test
	void streamWhenOpenedOftenShouldSpreadRetries() {
		Set<String> retries = new HashSet<>();
		for (int i = 0; i < 8; i++) {
			try (RawEventStream stream = RawEventStream.open(comet.port(), "channel=" + comet.name())) {
				stream.event();
				retries.add(stream.retry());
			}
			Await.until(() -> comet.channel().subscribers() == 0);
		}
		assertThat(retries).hasSizeGreaterThan(2);
	}

	@Test
	void streamWhenMessagesComeShouldSendAnEventEachWithCursor() {
		RawEventStream stream = stream("channel=" + comet.name());
		stream.event();
		List<String> ids = new ArrayList<>();
		for (String data : List.of("hé\"l\nlo\r\n", "", "\uD83D\uDE00\u2028")) {
			comet.publish(data);
			Event event = stream.message();
			assertThat(event.name()).isEqualTo("message");
			assertThat(event.id()).isEqualTo(comet.cursor());
			ids.add(Objects.requireNonNull(event.id()));
			assertThat(event.data()).isEqualTo("{\"channel\":\"" + comet.name() + "\",\"data\":\""
					+ data.replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r") + "\"}");
		}
		assertThat(ids).doesNotHaveDuplicates();
	}

	@Test
	void streamWhenSilentShouldSendHeartbeats() {
		RawEventStream stream = stream("channel=" + comet.name());
		stream.event();
		long begin = System.nanoTime();
		for (int i = 0; i < 2; i++) {
			assertThat(stream.event().name()).isEqualTo("heartbeat");
		}
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(350), PATIENCE);
	}

	@Test
	void streamWhenSomeIdsAreUnknownShouldReportTheirEndAndGoOn() {
		RawEventStream stream = stream("channel=unknown&channel=" + comet.name() + "&channel=%20%0A&channel=");
		assertThat(stream.message()).isEqualTo(new Event(null, "ended", "{\"channel\":\"unknown\"}"));
		assertThat(stream.message()).isEqualTo(new Event(null, "ended", "{\"channel\":\" \\n\"}"));
		comet.publish("1");
		assertThat(stream.message().data()).contains("\"1\"");
	}

	@Test
	void streamWhenAllIdsAreUnknownShouldAnswer204() {
		for (String query : List.of("channel=unknown", "channel=x&channel=y", "channel=unknown&cursor=earliest")) {
			Answer answer = RawEventStream.ask(comet.port(), query);
			assertThat(answer.status()).isEqualTo(204);
			assertThat(answer.bytes()).isEmpty();
		}
	}

	@Test
	void streamWhenEveryChannelEndsShouldCompleteAndThenAnswer204() {
		Channel other = comet.server().create(comet.name() + "-2");
		RawEventStream stream = stream("channel=" + comet.name() + "&channel=" + other.id());
		stream.event();
		comet.channel().publish("last").then(comet.channel().close()).block(PATIENCE);
		assertThat(stream.message().data()).contains("\"last\"");
		assertThat(stream.message())
			.isEqualTo(new Event(null, "ended", "{\"channel\":\"" + comet.channel().id() + "\"}"));
		other.publish("still").block(PATIENCE);
		assertThat(stream.message().data()).contains("\"still\"");
		other.close().block(PATIENCE);
		assertThat(stream.message()).isEqualTo(new Event(null, "ended", "{\"channel\":\"" + other.id() + "\"}"));
		assertThat(stream.nextMessage()).isNull();
		assertThat(RawEventStream
			.ask(comet.port(), "channel=" + comet.name() + "&channel=" + other.id() + "&cursor=" + stream.lastId())
			.status()).isEqualTo(204);
	}

	@OneNodeOnly("deliver() waits for the clients of its own node")
	@Test
	void deliverWhenStreamGetsMessageShouldCountIt() {
		RawEventStream stream = stream("channel=" + comet.name());
		stream.event();
		Outcome outcome = Objects.requireNonNull(comet.channel().deliver("1").block(PATIENCE));
		assertThat(outcome.delivered()).isEqualTo(1);
		assertThat(outcome.failed()).isZero();
		assertThat(stream.message().data()).contains("\"1\"");
	}

	@Test
	void streamWhenClientResetsShouldReleaseIt() {
		RawEventStream stream = stream("channel=" + comet.name());
		stream.event();
		stream.connection().reset();
		Await.until(() -> comet.channel().subscribers() == 0);
	}

	private static RawEventStream stream(String query, String... headers) {
		return comet.open(RawEventStream.open(comet.port(), query, headers));
	}

}
