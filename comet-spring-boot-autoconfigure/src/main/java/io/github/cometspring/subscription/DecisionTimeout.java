package io.github.cometspring.subscription;

import java.time.Duration;

import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * How long a client waits for something that is decided about it: it fails when that
 * takes too long, and when an order comes to end whatever waits.
 *
 * @param <T> the type of what is waited for
 */
final class DecisionTimeout<T> extends Mono<T> {

	private final ConnectedClient connection;

	private final Duration timeout;

	private final Runnable onTimeout;

	/**
	 * Creates the patience of a client.
	 * @param connection the client
	 * @param timeout how long it lasts
	 * @param onTimeout is called on the client's event loop when it is over
	 */
	DecisionTimeout(ConnectedClient connection, Duration timeout, Runnable onTimeout) {
		this.connection = connection;
		this.timeout = timeout;
		this.onTimeout = onTimeout;
	}

	@Override
	public void subscribe(CoreSubscriber<? super T> subscriber) {
		Wait wait = new Wait(subscriber);
		subscriber.onSubscribe(wait);
		this.connection.home().loop().run(wait::begin);
	}

	/**
	 * One wait. Belongs to the client's event loop.
	 */
	private final class Wait extends WaitingClients.Client implements Subscription {

		private final CoreSubscriber<? super T> subscriber;

		private boolean done;

		private Wait(CoreSubscriber<? super T> subscriber) {
			this.subscriber = subscriber;
		}

		private void begin() {
			if (this.done) {
				return;
			}
			Ending meanwhile = DecisionTimeout.this.connection.endedMeanwhile();
			if (meanwhile != null) {
				fail(SubscriptionRejectedException.ended(meanwhile));
			}
			else {
				DecisionTimeout.this.connection.home().hold(this, DecisionTimeout.this.timeout);
			}
		}

		@Override
		public void request(long n) {
			Operators.validate(n);
		}

		@Override
		public void cancel() {
			DecisionTimeout.this.connection.home().loop().run(() -> {
				this.done = true;
				leave();
			});
		}

		@Override
		void expire() {
			if (!this.done) {
				DecisionTimeout.this.onTimeout.run();
				fail(SubscriptionRejectedException.of(Reason.UNDECIDED,
						"It could not be decided in time; try again later"));
			}
		}

		@Override
		void end(Ending ending, int order) {
			if (!this.done && DecisionTimeout.this.connection.beganBefore(order)) {
				fail(SubscriptionRejectedException.ended(ending));
			}
		}

		private void fail(SubscriptionRejectedException ex) {
			this.done = true;
			leave();
			this.subscriber.onError(DecisionTimeout.this.connection.refuse(ex));
		}

	}

}
