package io.github.cometspring.subscription;

import java.time.Duration;

import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Limits how long a client waits for a decision about it. It fails when the timeout has
 * passed, and when a kill comes.
 *
 * @param <T> the type of the decision
 */
final class DecisionTimeout<T> extends Mono<T> {

	private final ConnectedClient client;

	private final Duration timeout;

	private final Runnable onTimeout;

	/**
	 * Creates a timeout.
	 * @param client the client
	 * @param timeout how long the client waits
	 * @param onTimeout called on the client's event loop when the timeout has passed
	 */
	DecisionTimeout(ConnectedClient client, Duration timeout, Runnable onTimeout) {
		this.client = client;
		this.timeout = timeout;
		this.onTimeout = onTimeout;
	}

	@Override
	public void subscribe(CoreSubscriber<? super T> subscriber) {
		Wait wait = new Wait(subscriber);
		subscriber.onSubscribe(wait);
		this.client.home().loop().run(wait::begin);
	}

	/**
	 * One wait. Confined to the client's event loop.
	 */
	private final class Wait extends WaitingClients.Client implements Subscription {

		private final CoreSubscriber<? super T> subscriber;

		/**
		 * Whether the decision is there, or the wait has failed. The thread of the
		 * decision sets it before the loop is told.
		 */
		private volatile boolean over;

		private Wait(CoreSubscriber<? super T> subscriber) {
			this.subscriber = subscriber;
		}

		private void begin() {
			if (this.over) {
				return;
			}
			Ending meanwhile = DecisionTimeout.this.client.endedMeanwhile();
			if (meanwhile != null) {
				fail(SubscriptionRejectedException.ended(meanwhile));
			}
			else {
				DecisionTimeout.this.client.home().hold(this, DecisionTimeout.this.timeout);
			}
		}

		@Override
		public void request(long n) {
			Operators.validate(n);
		}

		@Override
		public void cancel() {
			this.over = true;
			DecisionTimeout.this.client.home().loop().run(this::leave);
		}

		@Override
		void expire() {
			if (!this.over) {
				DecisionTimeout.this.onTimeout.run();
				fail(SubscriptionRejectedException.of(Reason.UNDECIDED,
						"It could not be decided in time; try again later"));
			}
		}

		@Override
		void end(Ending ending, int order) {
			if (!this.over && DecisionTimeout.this.client.beganBefore(order)) {
				fail(SubscriptionRejectedException.ended(ending));
			}
		}

		@Override
		void endIfRevoked() {
			if (!this.over && DecisionTimeout.this.client.isDisconnected()) {
				fail(SubscriptionRejectedException.ended(Ending.EXPIRED));
			}
		}

		private void fail(SubscriptionRejectedException ex) {
			this.over = true;
			leave();
			this.subscriber.onError(DecisionTimeout.this.client.refuse(ex));
		}

	}

}
