package io.github.cometspring.web;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.SubscriptionRequest;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Hands out the batches of a stream one by one: the next is not asked for before somebody
 * wants it. So a client that does not read has one batch under way and no queue
 * (protocol, section 6). For one taker at a time. Ends with the exchange of the stream,
 * unless the stream outlives it.
 */
final class BatchSource extends BaseSubscriber<Batch> {

	private final ConnectedClient connection;

	private final AtomicReference<@Nullable Batch> underWay = new AtomicReference<>();

	private final AtomicReference<@Nullable MonoSink<Batch>> taker = new AtomicReference<>();

	private volatile @Nullable Consumer<Batch> consumer;

	private volatile @Nullable Runnable end;

	private volatile @Nullable Throwable error;

	private volatile boolean done;

	private volatile boolean detached;

	/**
	 * The Reactor context of the request, until it is decided what the client gets: very
	 * many streams may be open, and outlive their requests.
	 */
	private volatile Context context = Context.empty();

	BatchSource(ConnectedClient connection) {
		this.connection = connection;
	}

	/**
	 * Begins to listen.
	 * @param request what the client asks for
	 * @param context the Reactor context of its exchange, for those who decide on it
	 */
	void begin(SubscriptionRequest request, ContextView context) {
		this.context = Context.of(context);
		this.connection.listen(request).subscribe(this);
	}

	@Override
	public Context currentContext() {
		return this.context;
	}

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

	/**
	 * Hands all further batches to a consumer, which {@linkplain #request(long) asks} for
	 * each.
	 * @param consumer takes a batch
	 * @param end is called when there is none any more
	 */
	void feed(Consumer<Batch> consumer, Runnable end) {
		this.end = end;
		this.consumer = consumer;
	}

	boolean isDone() {
		return this.done;
	}

	/**
	 * Whether no batch is left, neither to be handed out nor under way.
	 */
	boolean isExhausted() {
		return this.done && this.underWay.get() == null;
	}

	/**
	 * The client has taken the batch that was handed out.
	 */
	void written() {
		Batch batch = this.underWay.getAndSet(null);
		if (batch != null) {
			batch.written();
		}
	}

	/**
	 * The client did not take the batch that was handed out.
	 */
	void timedOut() {
		Batch batch = this.underWay.get();
		if (batch != null) {
			batch.timedOut();
		}
	}

	/**
	 * From now on the end of the exchange is not the end of the stream.
	 */
	void detach() {
		this.detached = true;
	}

	/**
	 * The exchange has ended.
	 */
	void exchangeEnded() {
		if (!this.detached) {
			close();
		}
	}

	/**
	 * Ends the stream: what is under way has not arrived, and the client has left.
	 */
	void close() {
		cancel();
		fail();
		this.connection.close();
	}

	private void fail() {
		Batch batch = this.underWay.getAndSet(null);
		if (batch != null) {
			batch.failed();
		}
	}

	@Override
	protected void hookOnNext(Batch batch) {
		this.context = Context.empty();
		this.underWay.set(batch);
		Consumer<Batch> consumer = this.consumer;
		MonoSink<Batch> sink = (consumer == null) ? this.taker.getAndSet(null) : null;
		if (isDisposed()) {
			close();
		}
		else if (consumer != null) {
			consumer.accept(batch);
		}
		else if (sink != null) {
			sink.success(batch);
		}
		else {
			close();
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
		fail();
		finish();
	}

	private void finish() {
		Runnable end = this.end;
		if (end != null) {
			end.run();
		}
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
