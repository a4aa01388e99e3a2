package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Subscriptions}: polls that are killed.
 */
class KillTests {

	private static final Duration LONG = Duration.ofDays(300);

	@Test
	void setTimeoutWhenKillShouldEndHeldPolls() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		node.control.setTimeout(LONG, true).block(TestNode.TIMEOUT);
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.KILLED);
		assertThat(TestNode.received(poll)).isEmpty();
		assertThat(TestNode.cursor(poll).knows("a")).isTrue();
		assertThat(node.connections()).isZero();
		assertThat(node.channel("a").subscribers()).isZero();
	}

	@Test
	void setTimeoutWhenNotKillShouldEndNothing() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		node.control.setTimeout(LONG, false).block(TestNode.TIMEOUT);
		assertThat(poll.isTerminated()).isFalse();
	}

	@Test
	void deactivateShouldEndHeldPollsAndRefuseOthersUntilActivated() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		node.control.deactivate().block(TestNode.TIMEOUT);
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.KILLED);
		assertRefused(node.poll("a"), Reason.INACTIVE);
		assertThat(node.connections()).isZero();
		node.publish("a", "while inactive");
		node.control.activate().block(TestNode.TIMEOUT);
		assertThat(TestNode.received(node.poll(TestNode.cursor(poll), "a"))).containsExactly("a=while inactive");
	}

	@Test
	void openWhenDeactivatedShouldNotReadRequest() {
		TestNode node = TestNode.create();
		node.control.deactivate().block(TestNode.TIMEOUT);
		List<String> read = new ArrayList<>();
		TestSubscriber<Batch> poll = TestSubscriber.create();
		node.open(Mono.fromRunnable(() -> read.add("body"))).subscribe(poll);
		assertRefused(poll, Reason.INACTIVE);
		assertThat(read).isEmpty();
	}

	@Test
	void shutDownShouldEndHeldPollsAndRefuseOthers() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		node.subscriptions.shutDown();
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.SHUTTING_DOWN);
		assertRefused(node.poll("a"), Reason.SHUTTING_DOWN);
	}

	@Test
	void shutDownWhenPollIsBeingAdmittedShouldEndIt() {
		TestNode node = TestNode.create();
		node.channel("a");
		Sinks.One<SubscriptionRequest> body = Sinks.one();
		TestSubscriber<Batch> poll = TestSubscriber.create();
		node.open(body.asMono()).subscribe(poll);
		node.subscriptions.shutDown();
		body.tryEmitValue(SubscriptionRequest.of(List.of("a"), Cursor.LATEST, null, Mono.empty()));
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.SHUTTING_DOWN);
		assertThat(node.channel("a").subscribers()).isZero();
	}

	@Test
	void killWhenPollIsBeingAdmittedShouldEndIt() {
		TestNode node = TestNode.create();
		node.channel("a");
		Sinks.One<SubscriptionRequest> body = Sinks.one();
		TestSubscriber<Batch> poll = TestSubscriber.create();
		node.open(body.asMono()).subscribe(poll);
		node.control.setTimeout(LONG, true).block(TestNode.TIMEOUT);
		assertThat(poll.isTerminated()).isFalse();
		body.tryEmitValue(SubscriptionRequest.of(List.of("a"), Cursor.LATEST, null, Mono.empty()));
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.KILLED);
	}

	@Test
	void killWhenPollIsBeingAdmittedAndServiceReactivatedShouldEndIt() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> poll = TestSubscriber.builder().initialRequest(0).build();
		node.open(Cursor.LATEST, "a").subscribe(poll);
		node.control.deactivate().block(TestNode.TIMEOUT);
		node.control.activate().block(TestNode.TIMEOUT);
		poll.request(1);
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.KILLED);
	}

	@Test
	void killWhenPollHasReadTimeoutOnlyShouldEndIt() {
		KillingControl control = new KillingControl();
		TestNode node = TestNode.with().control(control).node();
		node.channel("a");
		control.armed = true;
		TestSubscriber<Batch> poll = node.poll("a");
		node.time.advanceTimeBy(KillingControl.SHORT);
		assertThat(poll.isTerminated()).as("not left with the timeout from before the kill").isTrue();
	}

	@Test
	void killShouldNotEndPollsThatBeginAfterIt() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		TestSubscriber<Batch> before = node.poll("a");
		loop.runTasks();
		node.control.setTimeout(LONG, true).block(TestNode.TIMEOUT);
		// The loop reads a new request before it runs the kill.
		List<TestSubscriber<Batch>> after = new ArrayList<>();
		loop.doNow(() -> after.add(node.poll("a")));
		loop.runTasks();
		assertThat(TestNode.ending(before)).isEqualTo(Ending.KILLED);
		assertThat(after.get(0).isTerminated()).isFalse();
		node.publish("a", "1");
		loop.runTasks();
		assertThat(TestNode.received(after.get(0))).containsExactly("a=1");
	}

	@Test
	void killWhenRepeatedShouldEndEachGenerationOnce() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		List<TestSubscriber<Batch>> polls = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			loop.doNow(() -> polls.add(node.poll("a")));
			node.control.setTimeout(LONG.minusDays(i), true).block(TestNode.TIMEOUT);
		}
		loop.doNow(() -> polls.add(node.poll("a")));
		loop.runTasks();
		assertThat(polls.subList(0, 5)).allMatch((poll) -> TestNode.ending(poll) == Ending.KILLED);
		assertThat(polls.get(5).isTerminated()).isFalse();
		assertThat(node.connections()).isOne();
	}

	@Test
	void disposeShouldNoLongerObeyControl() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		node.subscriptions.dispose();
		assertThat(node.subscriptions.isDisposed()).isTrue();
		node.control.setTimeout(LONG, true).block(TestNode.TIMEOUT);
		assertThat(poll.isTerminated()).isFalse();
	}

	private static void assertRefused(TestSubscriber<Batch> poll, Reason reason) {
		assertThat(poll.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class,
				(ex) -> assertThat(ex.getReason()).isEqualTo(reason));
	}

	/**
	 * Kills right after a poll has read the timeout.
	 */
	private static final class KillingControl extends CometControl {

		private static final Duration SHORT = Duration.ofSeconds(1);

		private boolean armed;

		private KillingControl() {
			super(LONG);
		}

		@Override
		public Duration timeout() {
			Duration timeout = super.timeout();
			if (this.armed) {
				this.armed = false;
				setTimeout(SHORT, true).block(TestNode.TIMEOUT);
			}
			return timeout;
		}

	}

}
