package io.github.cometspring.channel;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.testing.Threads;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Delivery}.
 */
class DeliveryTests {

	private static final Position HERE = new Position(1, 1);

	private final Delivery delivery = new Delivery(HERE);

	private final TestSubscriber<Outcome> outcome = TestSubscriber.create();

	@Test
	void dismissWhenNothingIsExpectedShouldComplete() {
		this.delivery.outcome().subscribe(this.outcome);
		assertThat(this.outcome.isTerminated()).isFalse();
		this.delivery.dismiss();
		assertThat(this.outcome.getReceivedOnNext()).containsExactly(new Outcome(HERE, 0, 0));
		assertThat(this.outcome.isTerminatedComplete()).isTrue();
	}

	@Test
	void acceptedShouldSetPositionAndDismissFirstReceipt() {
		Delivery early = new Delivery();
		early.expect(1);
		early.outcome().subscribe(this.outcome);
		early.succeeded();
		assertThat(this.outcome.isTerminated()).as("not accepted yet").isFalse();
		early.accepted(HERE);
		assertThat(this.outcome.getReceivedOnNext()).containsExactly(new Outcome(HERE, 1, 0));
	}

	@Test
	void dismissWhenNeverAcceptedShouldFail() {
		Delivery early = new Delivery();
		early.outcome().subscribe(this.outcome);
		early.dismiss();
		assertThat(this.outcome.expectTerminalError()).isInstanceOf(IllegalStateException.class);
	}

	@Test
	void outcomeWhenSubscribedToLaterShouldBeTheSame() {
		this.delivery.expect(1);
		this.delivery.failed();
		this.delivery.dismiss();
		this.delivery.outcome().subscribe(this.outcome);
		assertThat(this.outcome.getReceivedOnNext()).containsExactly(new Outcome(HERE, 0, 1));
	}

	@Test
	void reportsWhenCalledConcurrentlyShouldAllCount()
			throws ExecutionException, InterruptedException, TimeoutException {
		int threads = 4;
		int each = 5000;
		this.delivery.outcome().subscribe(this.outcome);
		this.delivery.expect(threads);
		Threads.run(threads, (thread) -> {
			for (int i = 0; i < each; i++) {
				this.delivery.expect(2);
				this.delivery.succeeded();
				this.delivery.failed();
			}
			assertThat(this.outcome.isTerminated()).isFalse();
			this.delivery.dismiss();
		});
		assertThat(this.outcome.isTerminated()).isFalse();
		this.delivery.dismiss();
		assertThat(this.outcome.getReceivedOnNext()).containsExactly(new Outcome(HERE, threads * each, threads * each));
	}

}
