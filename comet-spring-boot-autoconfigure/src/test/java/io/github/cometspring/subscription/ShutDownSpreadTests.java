package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link Subscriptions}: the clients of a node that shuts down, spread over a
 * time.
 */
class ShutDownSpreadTests {

	private static final int MANY = 1000;

	private static final Duration SPREAD = Duration.ofSeconds(10);

	private final ManualEventLoop loop = new ManualEventLoop();

	private final TestNode node = TestNode.with().loop(this.loop).node();

	@Test
	void shutDownWhenSpreadShouldEndClientsEvenly() {
		List<TestSubscriber<Batch>> polls = polls(MANY);
		this.node.subscriptions.shutDown(SPREAD);
		this.loop.runTasks();
		for (int tenth = 1; tenth <= 10; tenth++) {
			pass(SPREAD.dividedBy(10));
			// A client that is due within the shortest time of a timer may end with the
			// next.
			assertThat(ended(polls)).isBetween(tenth * MANY / 10 - 1, tenth * MANY / 10 + 1);
		}
		pass(Duration.ofMillis(5));
		assertThat(polls).allMatch((poll) -> TestNode.ending(poll) == Ending.SHUTTING_DOWN)
			.allMatch((poll) -> TestNode.cursor(poll).knows("a"));
		assertThat(this.node.connections()).isZero();
	}

	@Test
	void shutDownWhenSpreadShouldRefuseNewClientsAtOnce() {
		List<TestSubscriber<Batch>> polls = polls(10);
		this.node.subscriptions.shutDown(SPREAD);
		this.loop.runTasks();
		assertThat(this.node.poll("a").expectTerminalError()).isInstanceOfSatisfying(
				SubscriptionRejectedException.class,
				(ex) -> assertThat(ex.getReason()).isEqualTo(Reason.SHUTTING_DOWN));
		assertThat(ended(polls)).isZero();
	}

	@Test
	void messageWhenClientsAreStillWaitingShouldReachThem() {
		List<TestSubscriber<Batch>> polls = polls(10);
		this.node.subscriptions.shutDown(SPREAD);
		this.loop.runTasks();
		pass(SPREAD.dividedBy(2));
		int before = ended(polls);
		this.node.publish("a", "1");
		this.loop.runTasks();
		assertThat(before).isBetween(4, 6);
		assertThat(polls.subList(0, before)).allMatch((poll) -> TestNode.ending(poll) == Ending.SHUTTING_DOWN);
		assertThat(polls.subList(before, 10))
			.allSatisfy((poll) -> assertThat(TestNode.received(poll)).containsExactly("a=1"));
	}

	@Test
	void shutDownWhenSpreadShouldEndEachClientAtAMomentOfItsOwn() {
		Set<Long> moments = new HashSet<>();
		for (int i = 0; i < 30; i++) {
			ManualEventLoop loop = new ManualEventLoop();
			TestNode node = TestNode.with().loop(loop).node();
			node.channel("a");
			TestSubscriber<Batch> poll = node.poll("a");
			loop.runTasks();
			node.subscriptions.shutDown(SPREAD);
			loop.runTasks();
			while (!poll.isTerminated()) {
				loop.runTimers(Duration.ofMillis(10));
			}
			moments.add(loop.nanoTime());
			assertThat(loop.nanoTime()).isLessThanOrEqualTo(SPREAD.plusMillis(10).toNanos());
		}
		assertThat(moments).hasSizeGreaterThan(10);
	}

	@Test
	void shutDownWhenLoopEndsMeanwhileShouldNotFail() {
		polls(3 * EventLoop.SLICE);
		this.node.subscriptions.shutDown(SPREAD);
		this.loop.runTasks();
		this.loop.shutDown();
		// All are due, and the next slice cannot be submitted.
		assertThatNoException().isThrownBy(() -> this.loop.runTimers(SPREAD));
	}

	@Test
	void shutDownWhenManyAreEndedAtOnceShouldYieldToTheLoop() {
		polls(3 * EventLoop.SLICE);
		this.node.subscriptions.shutDown();
		int slices = 0;
		while (this.loop.waiting() > 0) {
			this.loop.runTask();
			slices++;
		}
		assertThat(slices).isEqualTo(3);
		assertThat(this.node.connections()).isZero();
	}

	private List<TestSubscriber<Batch>> polls(int count) {
		this.node.channel("a");
		List<TestSubscriber<Batch>> polls = new ArrayList<>();
		IntStream.range(0, count).forEach((i) -> polls.add(this.node.poll("a")));
		this.loop.runTasks();
		return polls;
	}

	/**
	 * Lets a time pass in small steps, as timers do.
	 */
	private void pass(Duration time) {
		for (int i = 0; i < 100; i++) {
			this.loop.runTimers(time.dividedBy(100));
			this.loop.runTasks();
		}
	}

	private static int ended(List<TestSubscriber<Batch>> polls) {
		return (int) polls.stream().filter(TestSubscriber::isTerminated).count();
	}

}
