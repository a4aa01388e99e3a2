package io.github.cometspring.web;

import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.subscription.Batch;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Hands out the batches of a stream one by one: the next is not asked for before somebody
 * wants it. So a client that does not read has one batch under way and no queue
 * (protocol, section 6). For one taker at a time.
 */
final class BatchSource extends BaseSubscriber<Batch> {

	private final AtomicReference<@Nullable MonoSink<Batch>> taker = new AtomicReference<>();

	private volatile @Nullable Throwable error;

	private volatile boolean done;

	@Override
	protected void hookOnSubscribe(Subscription subscription) {
		// Nothing is asked for yet.
	}

	/**
	 * The next batch.
	 * @return the batch, or empty when there is none any more
	 */
	Mono<Batch> next() {
		return Mono.create((sink) -> {
			this.taker.set(sink);
			if (this.done) {
				finish();
			}
			else {
				request(1);
			}
		});
	}

	boolean isDone() {
		return this.done;
	}

	@Override
	protected void hookOnNext(Batch batch) {
		MonoSink<Batch> sink = this.taker.getAndSet(null);
		if (sink != null) {
			sink.success(batch);
		}
		else {
			batch.failed();
		}
	}

	@Override
	protected void hookOnComplete() {
		this.done = true;
		finish();
	}

	@Override
	protected void hookOnError(Throwable error) {
		this.error = error;
		this.done = true;
		finish();
	}

	private void finish() {
		MonoSink<Batch> sink = this.taker.getAndSet(null);
		Throwable error = this.error;
		if (sink != null && error != null) {
			sink.error(error);
		}
		else if (sink != null) {
			sink.success();
		}
	}

}
