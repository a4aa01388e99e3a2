package io.github.cometspring.subscription;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * A subscriber that violates Reactive Streams by throwing.
 */
final class ThrowingSubscriber implements CoreSubscriber<Batch> {

	@Override
	public void onSubscribe(Subscription subscription) {
		subscription.request(Long.MAX_VALUE);
	}

	@Override
	public void onNext(Batch batch) {
		throw new Failure();
	}

	@Override
	public void onError(Throwable failure) {
		throw new AssertionError(failure);
	}

	@Override
	public void onComplete() {
		throw new AssertionError("Completed");
	}

	/**
	 * An error that Reactor's operators do not catch, like an out-of-memory error.
	 */
	static final class Failure extends LinkageError {

		private static final long serialVersionUID = 1L;

	}

}
