package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.MessageFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Subscriptions}: the events that end a held poll.
 */
class HeldPollTests {

	@Test
	void openWhenMessageIsPublishedShouldAnswer() {
		TestNode node = TestNode.create();
		Channel channel = node.channel("a");
		StepVerifier.create(node.open(Cursor.LATEST, "a"))
			.expectSubscription()
			.then(() -> assertThat(channel.subscribers()).isOne())
			.then(() -> node.publish("a", "hello"))
			.assertNext((batch) -> {
				assertThat(batch.ending()).isEqualTo(Ending.ANSWERED);
				assertThat(batch.segments()).singleElement()
					.satisfies((segment) -> assertThat(segment.messages()).singleElement()
						.satisfies((message) -> assertThat(message.data()).isEqualTo("hello")));
			})
			.expectComplete()
			.verify(TestNode.TIMEOUT);
		assertThat(channel.subscribers()).isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 100 })
	void openWhenBurstExceedsHistoryShouldAnswerWithAllOfIt(int historySize) {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().history(historySize).loop(loop).node();
		node.publish("a", "before");
		TestSubscriber<Batch> poll = node.poll("a");
		loop.runTasks();
		node.publish("a", "1", "2", "3");
		loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=1", "a=2", "a=3");
	}

	@Test
	void openWhenMessageIsPublishedWhileItBeginsShouldAnswer() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().history(0).loop(loop).node();
		node.channel("a");
		TestSubscriber<Batch> poll = TestSubscriber.builder().initialRequest(0).build();
		node.open(Cursor.LATEST, "a").subscribe(poll);
		node.publish("a", "before");
		poll.request(1);
		loop.runTasks();
		assertThat(poll.getReceivedOnNext()).isEmpty();
		node.publish("a", "after");
		loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=after");
	}

	@Test
	void openWhenBurstExceedsLiveTailShouldReportGap() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().history(0).loop(loop).node();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		loop.runTasks();
		IntStream.rangeClosed(1, 65).forEach((i) -> node.publish("a", "m" + i));
		loop.runTasks();
		assertThat(TestNode.received(poll)).hasSize(65).startsWith("a!gap", "a=m2").endsWith("a=m65");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 100 })
	void openWhenMessageIsPublishedAndChannelClosedShouldAnswerWithMessageThenEnd(int historySize) {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().history(historySize).loop(loop).node();
		Channel channel = node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		loop.runTasks();
		node.publish("a", "1", "2");
		channel.close().block(TestNode.TIMEOUT);
		loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=1", "a=2", "a!ended");
	}

	@Test
	void openWhenChannelIsClosedShouldAnswerAtOnceWithEnd() {
		TestNode node = TestNode.create();
		Channel channel = node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		channel.close().block(TestNode.TIMEOUT);
		assertThat(TestNode.received(poll)).containsExactly("a!ended");
		assertThat(TestNode.cursor(poll).knows("a")).isFalse();
	}

	@Test
	void openWhenChannelIsClosedBetweenFindingAndListeningShouldAnswerWithEnd() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		Channel channel = node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		channel.close().block(TestNode.TIMEOUT);
		loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a!ended");
		assertThat(node.lanes()).isZero();
	}

	@Test
	void openWhenReceiverThrowsAtMessageShouldAnswerOthers() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		TestSubscriber<Batch> first = node.poll("a");
		node.open(Cursor.LATEST, "a").subscribe(new ThrowingSubscriber());
		loop.runTasks();
		node.publish("a", "1");
		try {
			loop.runTasks();
		}
		catch (ThrowingSubscriber.Failure ex) {
			loop.runTasks();
		}
		assertThat(TestNode.received(first)).containsExactly("a=1");
	}

	@Test
	void openWhenMessagesAreTooOldShouldNotSendThemAgain() {
		TestNode node = TestNode.with()
			.settings(new ChannelSettings(100, Duration.ofSeconds(30), null, MessageFormat.TEXT))
			.node();
		Cursor start = node.channel("a").cursor().blockOptional(TestNode.TIMEOUT).orElseThrow();
		node.publish("a", "1");
		assertThat(TestNode.received(node.poll(start, "a"))).containsExactly("a=1");
		node.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(TestNode.received(node.poll(start, "a"))).containsExactly("a!gap");
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, Long.MIN_VALUE })
	void requestWhenNotPositiveShouldNotBegin(long wrong) {
		TestNode node = TestNode.create();
		Channel channel = node.channel("a");
		BaseSubscriber<Batch> poll = new BaseSubscriber<>() {
			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.request(wrong);
			}
		};
		node.open(Cursor.LATEST, "a").subscribe(poll);
		assertThat(channel.subscribers()).isZero();
		poll.request(1);
		assertThat(channel.subscribers()).isOne();
	}

	@Test
	void requestWhenRepeatedShouldAnswerOnce() {
		TestNode node = TestNode.create();
		TestSubscriber<Batch> poll = TestSubscriber.builder().initialRequest(1).build();
		Channel channel = node.channel("a");
		node.open(Cursor.LATEST, "a").subscribe(poll);
		poll.request(5);
		poll.request(Long.MAX_VALUE);
		assertThat(channel.subscribers()).isOne();
		node.publish("a", "1", "2");
		assertThat(TestNode.received(poll)).containsExactly("a=1");
		assertThat(poll.getProtocolErrors()).isEmpty();
	}

	@Test
	void cancelWhenPollWaitsShouldLeaveNothingBehind() {
		TestNode node = TestNode.create();
		Channel channel = node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		poll.cancel();
		assertThat(channel.subscribers()).isZero();
		assertThat(node.connections()).isZero();
		node.publish("a", "1");
		node.time.advanceTimeBy(TestNode.TIMEOUT);
		assertThat(poll.getReceivedOnNext()).isEmpty();
		assertThat(node.lanes()).isZero();
	}

}
