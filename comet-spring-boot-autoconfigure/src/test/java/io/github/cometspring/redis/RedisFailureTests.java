package io.github.cometspring.redis;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import io.github.cometspring.testing.TcpProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes, and failures of Redis and of the connections to it: each message that was
 * acknowledged arrives once and in order, or a gap is reported where messages may have
 * been lost, and nowhere else.
 */
class RedisFailureTests {

	private final RedisNodes nodes = new RedisNodes().withoutChecks();

	private RedisServer server;

	private TcpProxy link;

	private RedisChannelBroker here;

	private RedisChannelBroker there;

	private Traffic traffic;

	@BeforeEach
	void start() {
		this.server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
		this.link = new TcpProxy(this.server.port());
		// Through a link that can be broken
		this.here = this.nodes.broker(this.nodes.node(this.link.port(), "comet", 10));
		this.there = this.nodes.broker(this.nodes.node(this.server.port(), "comet", 10));
		this.traffic = new Traffic(this.here, this.there);
	}

	@AfterEach
	void stop() {
		if (this.traffic != null) {
			this.traffic.close();
		}
		this.nodes.close();
		if (this.server != null) {
			this.link.close();
			this.server.close();
		}
	}

	@Test
	void feedWhenCutShouldLoseNothing() throws InterruptedException {
		this.traffic.begin();
		for (int i = 0; i < 10; i++) {
			this.server.command("CLIENT KILL TYPE pubsub");
			this.traffic.awaitMore(40);
		}
		this.traffic.end().verify(0);
		assertThat(this.traffic.unknown()).isZero();
	}

	@Test
	void feedWhenCutForItsSizeShouldLoseNothing() {
		Set<String> before = feeds();
		this.server.command("CONFIG SET client-output-buffer-limit \"pubsub 32kb 0 0\"");
		for (int i = 0; i < 60; i++) {
			// Some exceed the buffer of a subscriber, so that Redis cuts all of them.
			String format = (i % 20 == 10) ? "%060000d" : "%d";
			assertThat(this.traffic.publish(i % 2, format, (failure) -> {
				throw failure;
			})).isNotNull();
		}
		this.traffic.awaitArrival().verify(0);
		Await.within(Traffic.PATIENCE, () -> feeds().size() == before.size());
		assertThat(feeds()).doesNotContainAnyElementsOf(before);
	}

	/** The ids of the subscriber connections. */
	private Set<String> feeds() {
		return this.server.command("CLIENT LIST TYPE pubsub")
			.lines()
			.map((line) -> line.split(" ", 2)[0])
			.collect(Collectors.toSet());
	}

	@Test
	void serverWhenItPausesItsClientsShouldLoseNothing() throws InterruptedException {
		this.traffic.begin();
		for (int i = 0; i < 2; i++) {
			// Reads are answered.
			this.server.command("CLIENT PAUSE 600000 WRITE");
			this.traffic.awaitUnknown();
			this.traffic.awaitRefused();
			this.server.command("CLIENT UNPAUSE");
			this.traffic.awaitMore(100);
		}
		this.traffic.end().verify(0);
	}

	@Test
	void serverWhenSuspendedShouldLoseNothing() throws InterruptedException {
		this.traffic.begin();
		for (int i = 0; i < 2; i++) {
			this.server.suspend();
			this.traffic.awaitUnknown();
			this.traffic.awaitRefused();
			this.server.resume();
			this.traffic.awaitMore(100);
		}
		this.traffic.end().verify(0);
	}

	@Test
	void linkWhenCutShouldLoseNothingAndSendNothingTwice() throws InterruptedException {
		this.traffic.begin();
		for (int i = 0; i < 10; i++) {
			this.link.cutAfter(10 + 7 * i);
			this.traffic.awaitMore(40);
		}
		this.traffic.end().verify(0);
	}

	@Test
	void answersWhenLostShouldReportAnUnknownOutcome() throws InterruptedException {
		this.traffic.begin();
		for (int i = 0; i < 3; i++) {
			this.link.loseAnswers();
			this.traffic.awaitUnknown();
			this.link.cut();
			this.traffic.awaitMore(40);
		}
		this.traffic.end().verify(0);
	}

	@Test
	void linkWhenForgottenShouldBeReplaced() throws InterruptedException {
		this.traffic.begin();
		this.link.forget();
		this.traffic.awaitMore(400);
		this.link.forget();
		this.traffic.end().verify(0);
		this.traffic.publish(1);
		this.traffic.awaitArrival().verify(0);
	}

	@Test
	void feedWhenForgottenWhileNothingIsPublishedShouldLoseNoLaterMessage() {
		this.traffic.publish(1, 3);
		this.traffic.awaitArrival();
		this.link.forget();
		this.traffic.publish(1, 1);
		this.traffic.awaitArrival().verify(0);
	}

	@Test
	void linkWhenUnpluggedShouldRefuseAtOnceAndReconnect() throws InterruptedException {
		this.traffic.begin();
		this.link.unplug();
		this.traffic.awaitRefused();
		this.traffic.awaitMore(40);
		this.link.plugIn();
		this.traffic.awaitMore(100);
		this.traffic.end().verify(0);
	}

	@Test
	void serverWhenRestartedShouldReportAGapSinceItMayHaveLostMessages() throws InterruptedException {
		this.traffic.begin();
		this.server.stop();
		this.traffic.awaitRefused();
		this.server.startAgain();
		this.traffic.awaitMore(100);
		this.traffic.end().verify(1);
	}

	private String keys(String kind) {
		return this.server.command("KEYS comet:*:" + kind).strip();
	}

	@Test
	void closeWhenNodeIsDisconnectedShouldNotBeUndone() {
		ChannelLog log = this.here.find("numbers").block(PATIENCE);
		this.link.unplug();
		this.there.close("numbers").block(PATIENCE);
		// As when it has expired
		this.server.command("DEL " + keys("channel"));
		this.link.plugIn();
		Await.within(PATIENCE, log::isClosed);
		StepVerifier.create(log.append("1")).expectError(ChannelClosedException.class).verify(PATIENCE);
		assertThat(this.here.find("numbers").blockOptional(PATIENCE)).isEmpty();
		assertThat(this.here.state().block(PATIENCE).channels()).isZero();
	}

	@Test
	void callsShouldNotWaitLongerThanTheTimeout() {
		this.server.suspend();
		for (int i = 0; i < 3; i++) {
			// The call fails though Redis does not answer.
			assertThat(this.traffic.publish(0)).isNull();
		}
		assertThat(this.traffic.unknown()).isPositive();
		this.server.resume();
	}

	@Test
	void keyWhenOfAnotherTypeShouldFailPublicationsAndBeKept() {
		this.traffic.publish(0, 2);
		this.traffic.awaitArrival();
		String key = keys("channel");
		this.server.command("DEL " + key);
		this.server.command("SET " + key + " mine");
		StepVerifier.create(this.traffic.channels().get(0).publish("x"))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(BrokerUnavailableException.class,
					(away) -> assertThat(away.isOutcomeUnknown()).isFalse()))
			.verify(PATIENCE);
		assertThat(this.server.command("GET " + key)).isEqualTo("mine");
		this.server.command("DEL " + key);
		this.traffic.publish(1, 2);
		this.traffic.awaitArrival().verify(1);
	}

	@Test
	void feedWhenItHasUnknownMessagesShouldIgnoreThem() {
		this.traffic.publish(0, 2);
		for (String feed : this.server.command("PUBSUB CHANNELS comet:feed:*").split("\n")) {
			for (String text : List.of("hello", "m", "m 1 2", "\"m x y z\\n\"", "\"c 0 0\\n\"",
					"99999999999999999999")) {
				this.server.command("PUBLISH " + feed + " " + text.replace("m 1 2", "\"m 1 2\""));
			}
		}
		this.server.command("XADD " + keys("messages") + " 3-1 unknown entry");
		this.traffic.publish(1, 2);
		this.traffic.awaitArrival().verify(0);
		// A node that reads the stream
		RedisChannelBroker third = this.nodes.broker(this.nodes.node(this.server.port(), "comet", 10));
		Traffic.Reader late = new Traffic.Reader(Traffic.channels(third).find("numbers").block(PATIENCE),
				Cursor.EARLIEST);
		Await.within(PATIENCE, () -> late.numbers().equals(List.of(1, 2, 3, 4)));
	}

	@Test
	void messageWhenTheFeedLosesItShouldBeReadWithTheNext() {
		Position second = new Position(this.traffic.publish(0).epoch(), 2);
		this.traffic.awaitArrival();
		// As the script does, but without its feed message
		this.server.command(
				"XADD %s 2-%d e %d d 100".formatted(keys("messages"), Long.MAX_VALUE / 1_000_000_000, second.epoch()));
		this.server.command("HSET " + keys("channel") + " top 2");
		this.traffic.publish(1);
		this.traffic.awaitArrival();
		for (int node = 0; node < 2; node++) {
			assertThat(this.traffic.reader(node).numbers()).containsExactly(1, 100, 2);
			assertThat(this.traffic.reader(node).afterGap()).isEmpty();
		}
	}

}
