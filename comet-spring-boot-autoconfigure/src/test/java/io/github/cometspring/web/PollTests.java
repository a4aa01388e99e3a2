package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SchedulerEventLoop;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Poll}, in virtual time. {@code PollContractTests} tests what all paths
 * have in common.
 */
class PollTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final EventLoop loop = new SchedulerEventLoop(this.time);

	private final CometControl control = new CometControl(Duration.ofHours(1));

	private final Subscriptions subscriptions = new Subscriptions(new InMemoryChannelBroker(null, this.time),
			this.control, null, new SubscriptionLimits(5, 3, 1000, Duration.ofSeconds(15)));

	private final RecordingClient client = new RecordingClient();

	private final Poll poll = new Poll(
			new PollTerms(this.subscriptions, new LegacyPollDialect(), new Deadlines(Duration.ofSeconds(30))),
			this.loop, this.client);

	@Test
	void pollWhenItFailsOnAnotherThreadShouldNotifyItsClientOnItsLoop() {
		assertThat(this.poll.admit()).isTrue();
		this.poll.onError(new IllegalStateException("broken"));
		assertThat(this.client.calls).containsExactly("fail on loop");
		assertThat(polls()).isZero();
	}

	@Test
	void pollWhenItIsRefusedOnAnotherThreadShouldNotifyItsClientOnItsLoop() {
		assertThat(this.poll.admit()).isTrue();
		ask("registration=");
		assertThat(this.client.calls).containsExactly("refuse 400 on loop");
		assertThat(polls()).isZero();
	}

	@Test
	void admitWhenClientHasGoneMeanwhileShouldKeepNoSlot() {
		this.poll.end();
		assertThat(this.poll.admit()).isFalse();
		assertThat(polls()).isZero();
	}

	@Test
	void askWhenClientHasGoneMeanwhileShouldNotReadRequest() {
		assertThat(this.poll.admit()).isTrue();
		this.poll.end();
		List<String> read = new ArrayList<>();
		this.poll.ask((name) -> {
			read.add(name);
			return List.of();
		}, "registration=x".getBytes(StandardCharsets.UTF_8), Caller.UNKNOWN);
		assertThat(read).isEmpty();
		assertThat(this.client.calls).isEmpty();
	}

	@Test
	void writtenWhenClientCannotBeWatchedShouldFail() {
		this.client.unwatched = true;
		assertThat(this.poll.admit()).isTrue();
		ask("registration=x");
		this.poll.written();
		assertThat(this.client.calls).containsExactly("answer 200 on loop", "fail");
		assertThat(polls()).isZero();
	}

	@Test
	void answerShouldCountUntilItIsTaken() {
		assertThat(this.poll.admit()).isTrue();
		ask("registration=x");
		this.poll.written();
		assertThat(polls()).isOne();
		this.poll.end();
		assertThat(polls()).isOne();
		this.poll.taken();
		assertThat(polls()).isZero();
	}

	private void ask(String body) {
		this.poll.ask((name) -> List.of(), body.getBytes(StandardCharsets.UTF_8), Caller.UNKNOWN);
	}

	private int polls() {
		return this.subscriptions.connections(Transport.LEGACY);
	}

	private final class RecordingClient implements PollClient {

		private final List<String> calls = new ArrayList<>();

		private boolean unwatched;

		private void call(String call) {
			this.calls.add(PollTests.this.loop.inLoop() ? call + " on loop" : call);
		}

		@Override
		public void answer(PollAnswer answer) {
			call("answer " + answer.status().value());
		}

		@Override
		public void refuse(PollAnswer refusal) {
			call("refuse " + refusal.status().value());
		}

		@Override
		public void fail(Throwable error) {
			call("fail");
		}

		@Override
		public void watch(WriteListener listener) {
			if (this.unwatched) {
				throw new IllegalStateException("broken");
			}
		}

	}

}
