package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Cursor;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Subscriptions}: polls that are ended by their timeout.
 */
class PollTimeoutTests {

	@Test
	void openWhenNothingComesShouldEndAtTimeout() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		node.time.advanceTimeBy(TestNode.TIMEOUT.minusNanos(1));
		assertThat(poll.isTerminated()).isFalse();
		node.time.advanceTimeBy(Duration.ofNanos(1));
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.TIMED_OUT);
		assertThat(TestNode.received(poll)).isEmpty();
		assertThat(TestNode.cursor(poll).knows("a")).isTrue();
	}

	@Test
	void openWhenMessageIsThereAtTimeoutShouldAnswerWithIt() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		loop.runTasks();
		node.publish("a", "just in time");
		loop.runTimers(TestNode.TIMEOUT);
		assertThat(TestNode.received(poll)).containsExactly("a=just in time");
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.ANSWERED);
	}

	@Test
	void openWhenTimeoutChangesShouldKeepTimeoutItBeganWith() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> before = node.poll("a");
		node.control.setTimeout(Duration.ofSeconds(5)).block(TestNode.TIMEOUT);
		TestSubscriber<Batch> after = node.poll("a");
		node.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(TestNode.ending(after)).isEqualTo(Ending.TIMED_OUT);
		assertThat(before.isTerminated()).isFalse();
		node.time.advanceTimeBy(Duration.ofSeconds(15));
		assertThat(TestNode.ending(before)).isEqualTo(Ending.TIMED_OUT);
	}

	@Test
	void openWhenTimeoutChangesDuringAdmissionShouldKeepTimeoutItBeganWith() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		node.control.setTimeout(Duration.ofSeconds(1)).block(TestNode.TIMEOUT);
		loop.runTasks();
		loop.runTimers(Duration.ofSeconds(19));
		assertThat(poll.isTerminated()).isFalse();
		loop.runTimers(Duration.ofSeconds(1));
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.TIMED_OUT);
	}

	@Test
	void openWhenTimeoutsWereManyShouldKeepNoQueue() {
		TestNode node = TestNode.create();
		node.channel("a");
		for (int i = 1; i <= 100; i++) {
			node.control.setTimeout(Duration.ofMillis(i)).block(TestNode.TIMEOUT);
			node.poll("a");
			node.time.advanceTimeBy(Duration.ofMillis(i));
		}
		assertThat(node.deadlineQueues()).isZero();
	}

	@Test
	void openWhenTimeoutsAreManyAtOnceShouldEndEachPollAtItsOwn() {
		TestNode node = TestNode.create();
		node.channel("a");
		List<TestSubscriber<Batch>> held = new ArrayList<>();
		for (int i = 100; i > 0; i--) {
			node.control.setTimeout(Duration.ofMillis(i)).block(TestNode.TIMEOUT);
			held.add(0, node.poll("a"));
		}
		assertThat(node.deadlineQueues()).isEqualTo(100);
		for (int i = 0; i < 100; i++) {
			assertThat(held.get(i).isTerminated()).as("before %d ms", i + 1).isFalse();
			node.time.advanceTimeBy(Duration.ofMillis(1));
			assertThat(TestNode.ending(held.get(i))).isEqualTo(Ending.TIMED_OUT);
			assertThat(node.deadlineQueues()).isEqualTo(99 - i);
		}
	}

	@Test
	void openWhenAllAreCancelledShouldKeepQueueUntilItsTimerOnly() {
		TestNode node = TestNode.create();
		node.channel("a");
		node.poll("a").cancel();
		node.poll("a").cancel();
		assertThat(node.deadlineQueues()).isOne();
		node.time.advanceTimeBy(TestNode.TIMEOUT);
		assertThat(node.deadlineQueues()).isZero();
	}

	@Test
	void openWhenTimeoutIsZeroShouldAnswerAtOnce() {
		TestNode node = TestNode.create();
		node.publish("a", "old");
		node.control.setTimeout(Duration.ZERO).block(TestNode.TIMEOUT);
		TestSubscriber<Batch> poll = node.poll("a");
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.TIMED_OUT);
		assertThat(TestNode.received(node.poll(Cursor.EARLIEST, "a"))).containsExactly("a=old");
		assertThat(node.deadlineQueues()).isZero();
	}

	@Test
	void openWhenManyPollsBeginOneAfterAnotherShouldEndEachAtItsDeadline() {
		int polls = 10_000;
		TestNode node = TestNode.create();
		node.channel("a");
		List<TestSubscriber<Batch>> held = new ArrayList<>(polls);
		for (int i = 0; i < polls; i++) {
			held.add(node.poll("a"));
			node.time.advanceTimeBy(Duration.ofMillis(1));
		}
		assertThat(node.connections()).isEqualTo(polls);
		node.time.advanceTimeBy(TestNode.TIMEOUT.minusMillis(polls + 1));
		for (int i = 0; i < polls; i++) {
			assertThat(held.get(i).isTerminated()).as("before deadline %d", i).isFalse();
			node.time.advanceTimeBy(Duration.ofMillis(1));
			assertThat(held.get(i).isTerminatedComplete()).as("at deadline %d", i).isTrue();
		}
		assertThat(node.connections()).isZero();
		assertThat(node.channel("a").subscribers()).isZero();
	}

	@Test
	void openWhenManyPollsEndAtOneTimeShouldServeThemInSlices() {
		int polls = 3 * EventLoop.SLICE;
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		List<TestSubscriber<Batch>> held = IntStream.range(0, polls).mapToObj((i) -> node.poll("a")).toList();
		loop.runTasks();
		loop.runTimers(TestNode.TIMEOUT);
		assertThat(held).allMatch(TestSubscriber::isTerminatedComplete);
	}

	@Test
	void openWhenHeadOfQueueIsCancelledShouldEndOthersAtTheirDeadline() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> first = node.poll("a");
		node.time.advanceTimeBy(Duration.ofSeconds(1));
		TestSubscriber<Batch> second = node.poll("a");
		first.cancel();
		node.time.advanceTimeBy(TestNode.TIMEOUT.minusNanos(1));
		assertThat(second.isTerminated()).isFalse();
		node.time.advanceTimeBy(Duration.ofNanos(1));
		assertThat(TestNode.ending(second)).isEqualTo(Ending.TIMED_OUT);
		assertThat(first.getReceivedOnNext()).isEmpty();
	}

	@Test
	void openWhenQueueHasBeenIdleShouldEndNextPollAtItsDeadline() {
		TestNode node = TestNode.create();
		node.channel("a");
		for (int i = 0; i < 3; i++) {
			TestSubscriber<Batch> poll = node.poll("a");
			node.time.advanceTimeBy(TestNode.TIMEOUT);
			assertThat(TestNode.ending(poll)).isEqualTo(Ending.TIMED_OUT);
			node.time.advanceTimeBy(Duration.ofSeconds(7));
		}
	}

	@Test
	void openWhenReceiverThrowsAtTimeoutShouldEndOthers() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		node.open(Cursor.LATEST, "a").subscribe(new ThrowingSubscriber());
		TestSubscriber<Batch> other = node.poll("a");
		loop.runTasks();
		try {
			loop.runTimers(TestNode.TIMEOUT);
		}
		catch (ThrowingSubscriber.Failure ex) {
			loop.runTimers(Duration.ZERO);
		}
		assertThat(TestNode.ending(other)).isEqualTo(Ending.TIMED_OUT);
		TestSubscriber<Batch> next = node.poll("a");
		loop.runTasks();
		loop.runTimers(TestNode.TIMEOUT);
		assertThat(TestNode.ending(next)).isEqualTo(Ending.TIMED_OUT);
	}

}
