package io.github.cometspring.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.Replay;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import io.github.cometspring.testing.TcpProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static io.github.cometspring.redis.Traffic.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Two nodes, and failures of Redis and of the connections to it: each message that was
 * acknowledged arrives once and in order, or a gap is reported where messages may have
 * been lost, and nowhere else.
 */
class RedisFailureTests {

	/** After this time, Redis is regarded as away. */
	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	/** They do not read a channel merely because its feed is silent. */
	private final RedisNodes nodes = new RedisNodes()
		.with(new RedisTiming(RedisNodes.FAST.probe(), Duration.ofHours(1), RedisNodes.FAST.sweep(),
				RedisNodes.FAST.linger(), RedisNodes.FAST.firstRetry(), RedisNodes.FAST.longestRetry()), TIMEOUT);

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

	@Test
	void serverWhenItsLastMessagesAreLostShouldReplayTheRestAndReportAGap() {
		this.traffic.publish(0, 10);
		Path saved = this.server.folder().resolve("appendonlydir");
		Path copy = this.server.folder().resolve("copy");
		copy(saved, copy);
		Position fifth = new Position(this.traffic.publish(1).epoch(), 5);
		this.traffic.publish(0, 9);
		this.traffic.awaitArrival().verify(0);
		this.server.kill();
		copy(copy, saved);
		this.server.startAgain();
		Await.within(PATIENCE, () -> this.traffic.publish(0) != null && this.traffic.publish(1) != null);
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival();
		// The readers had received the lost messages.
		this.traffic.verify(1);
		Traffic.Reader late = new Traffic.Reader(this.traffic.channels().get(1), Cursor.of("numbers", fifth));
		int last = this.traffic.reader(0).numbers().get(this.traffic.reader(0).numbers().size() - 1);
		Await.within(PATIENCE, () -> late.numbers().contains(last));
		assertThat(late.numbers()).startsWith(6, 7, 8, 9, 10).doesNotContain(11, 20);
		assertThat(late.afterGap()).hasSize(1).containsExactly(late.numbers().get(5));
	}

	static void copy(Path from, Path to) {
		try {
			Files.createDirectories(to);
			try (Stream<Path> files = Files.list(to)) {
				files.forEach((file) -> file.toFile().delete());
			}
			try (Stream<Path> files = Files.list(from)) {
				for (Path file : files.toList()) {
					Files.copy(file, to.resolve(file.getFileName()));
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void channelsWhenAllIsFlushedShouldContinueAfterAGap() {
		this.traffic.publish(0, 5);
		this.traffic.awaitArrival();
		this.server.command("FLUSHALL");
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival().verify(1);
		assertThat(this.there.state().block(PATIENCE).channels()).isOne();
		assertThat(this.here.find("numbers").block(PATIENCE).settings()).isEqualTo(SETTINGS);
	}

	@Test
	void gapWhenAllIsFlushedAndNothingIsPublishedShouldBeReported() {
		Position last = this.traffic.publish(0);
		ChannelLog log = this.here.find("numbers").block(PATIENCE);
		TestSubscriber<Publication> live = TestSubscriber.create();
		log.live().subscribe(live);
		this.traffic.awaitArrival();
		this.server.command("FLUSHALL");
		Await.within(PATIENCE, () -> live.getReceivedOnNext().contains(Publication.CHANGE));
		assertThat(log.read(last)).isEqualTo(new Replay(List.of(), true, log.newest()));
	}

	@Test
	void channelWhenItsKeysAreDeletedShouldContinueAfterAGap() {
		this.traffic.publish(0, 5);
		this.traffic.awaitArrival();
		this.server.command("DEL " + keys("channel") + " " + keys("messages"));
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival().verify(1);
	}

	@Test
	void channelWhenItsMessagesAreEvictedShouldReportAGapToReadersThatLackThem() {
		this.traffic.publish(0, 5);
		this.traffic.awaitArrival();
		Position fifth = this.traffic.publish(0);
		this.server.command("DEL " + keys("messages"));
		this.traffic.publish(1, 5);
		// These readers had received all of them.
		this.traffic.awaitArrival().verify(0);
		RedisChannelBroker third = this.nodes.broker(this.nodes.node(this.server.port(), "comet", 10));
		for (Position position : List.of(fifth, new Position(fifth.epoch(), 3))) {
			Cursor cursor = Cursor.of("numbers", position);
			ChannelLog log = third.findAll(Map.of("numbers", cursor)).block(PATIENCE).get("numbers");
			assertThat(log.read(position).gap()).isEqualTo(position.offset() == 3);
			assertThat(log.read(position).messages()).hasSize(5);
		}
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
	void startWhenServerIsAwayShouldConnectLater() {
		this.server.stop();
		RedisNode node = this.nodes.node(this.server.port(), "comet", 10);
		RedisChannelBroker late = new RedisChannelBroker(node);
		RedisNodes.start(node);
		StepVerifier.create(late.create("late", SETTINGS))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(BrokerUnavailableException.class,
					(away) -> assertThat(away.isOutcomeUnknown()).isFalse()))
			.verify(PATIENCE);
		this.server.startAgain();
		Await.within(PATIENCE, () -> node.isConnected() && node.isSubscribed());
		assertThat(late.create("late", SETTINGS).block(PATIENCE)).isNotNull();
		late.dispose();
	}

	@Test
	void startWhenFormatIsNewerShouldFail() {
		this.server.command("SET new:{registry}:format 2");
		RedisNode node = this.nodes.node(this.server.port(), "new", 10);
		assertThatExceptionOfType(IncompatibleRedisException.class).isThrownBy(() -> RedisNodes.start(node))
			.withMessageContaining("format 2")
			.withMessageContaining("comet.redis.key-prefix");
	}

	@Test
	void startWhenPasswordIsMissingShouldFail() {
		this.server.command("CONFIG SET requirepass secret");
		RedisNode node = this.nodes.node(this.server.port(), "comet", 10);
		assertThatExceptionOfType(IncompatibleRedisException.class).isThrownBy(() -> RedisNodes.start(node))
			.withMessageContaining("NOAUTH");
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

	@Test
	void positionsWhenMessagesAreLostWithoutReadersShouldNotBeAssignedTwice() {
		ChannelLog quiet = this.there.create("quiet", SETTINGS).block(PATIENCE);
		quiet.append("kept").block(PATIENCE);
		Path saved = this.server.folder().resolve("appendonlydir");
		Path copy = this.server.folder().resolve("copy");
		copy(saved, copy);
		Position lost = quiet.append("lost").block(PATIENCE);
		this.server.kill();
		copy(copy, saved);
		this.server.startAgain();
		Await.within(PATIENCE, () -> this.traffic.publish(1) != null);
		Position next = quiet.append("next").block(PATIENCE);
		assertThat(next.offset()).isEqualTo(lost.offset());
		assertThat(next.epoch()).isNotEqualTo(lost.epoch());
		ChannelLog log = this.there.findAll(Map.of("quiet", Cursor.of("quiet", lost))).block(PATIENCE).get("quiet");
		assertThat(log.locate(Cursor.of("quiet", lost))).isEqualTo(lost);
		assertThat(log.read(lost).gap()).isTrue();
		assertThat(log.read(lost).messages()).extracting(Message::data).containsExactly("next");
	}

}
