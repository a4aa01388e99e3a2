package io.github.cometspring.web;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.ReactorErrors;
import io.github.cometspring.subscription.SubscriptionRequest;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Provides the batches of a stream one by one, and requests each only when the writer of
 * the stream asks for it. So a client that does not read has one batch in flight and no
 * queue (protocol, section 6). Has one writer at a time. Ends with the exchange of the
 * stream, unless the stream was taken over.
 */
final class BatchSource extends BaseSubscriber<Batch> {

	private final ConnectedClient connection;

	private final AtomicReference<@Nullable Batch> inFlight = new AtomicReference<>();

	private final AtomicReference<@Nullable MonoSink<Batch>> waiting = new AtomicReference<>();

	private volatile @Nullable Consumer<Batch> consumer;

	private volatile @Nullable Runnable end;

	private volatile @Nullable Throwable error;

	private volatile boolean done;

	private volatile boolean takenOver;

	/**
	 * The Reactor context of the request, until the channels are authorized. It is
	 * dropped then because many streams may be open, and outlive their requests.
	 */
	private volatile Context context = Context.empty();

	BatchSource(ConnectedClient connection) {
		this.connection = connection;
	}

	/**
	 * Starts to listen.
	 * @param request what the client asks for
	 * @param context the Reactor context of its exchange, for authorizers
	 */
	void begin(SubscriptionRequest request, ContextView context) {
		this.context = Context.of(context);
		try {
			this.connection.listen(request).subscribe(this);
		}
		catch (Error ex) {
			throw ReactorErrors.asException(ex);
		}
	}

	@Override
	public Context currentContext() {
		return this.context;
	}

	@Override
	protected void hookOnSubscribe(Subscription subscription) {
		// The first batch is requested by next().
	}

	/**
	 * The next batch.
	 * @return the batch, or empty when the stream has ended
	 */
	Mono<Batch> next() {
		return Mono.create((sink) -> {
			this.waiting.set(sink);
			if (this.done) {
				finish();
			}
			else {
				request(1);
			}
		});
	}

	/**
	 * Passes all further batches to a consumer, which {@linkplain #request(long)
	 * requests} each.
	 * @param consumer takes a batch
	 * @param end is called when the stream has ended
	 */
	void feed(Consumer<Batch> consumer, Runnable end) {
		this.end = end;
		this.consumer = consumer;
	}

	/**
	 * The error with which the stream has ended.
	 * @return the error, or {@code null} if there is none
	 */
	@Nullable Throwable error() {
		return this.error;
	}

	boolean isDone() {
		return this.done;
	}

	/**
	 * Whether the stream has ended and no batch is in flight.
	 */
	boolean isExhausted() {
		return this.done && this.inFlight.get() == null;
	}

	/**
	 * Reports that the client has taken the batch in flight.
	 */
	void written() {
		Batch batch = this.inFlight.getAndSet(null);
		if (batch != null) {
			batch.written();
		}
	}

	/**
	 * Reports that the client did not take the batch in flight in time.
	 */
	void timedOut() {
		Batch batch = this.inFlight.get();
		if (batch != null) {
			batch.timedOut();
		}
	}

	/**
	 * Lets the stream go on after its exchange.
	 */
	void takenOver() {
		this.takenOver = true;
	}

	/**
	 * Ends the stream with its exchange, unless it was taken over.
	 */
	void exchangeEnded() {
		if (!this.takenOver) {
			close();
		}
	}

	/**
	 * Ends the stream: fails the batch in flight and disconnects the client.
	 */
	void close() {
		cancel();
		fail();
		this.connection.close();
	}

	private void fail() {
		Batch batch = this.inFlight.getAndSet(null);
		if (batch != null) {
			batch.failed();
		}
	}

	@Override
	protected void hookOnNext(Batch batch) {
		this.context = Context.empty();
		this.inFlight.set(batch);
		Consumer<Batch> consumer = this.consumer;
		MonoSink<Batch> sink = (consumer == null) ? this.waiting.getAndSet(null) : null;
		if (isDisposed()) {
			close();
		}
		else if (consumer != null) {
			pass(batch, consumer);
		}
		else if (sink != null) {
			sink.success(batch);
		}
		else {
			close();
		}
	}

	private static void pass(Batch batch, Consumer<Batch> consumer) {
		try {
			consumer.accept(batch);
		}
		catch (Error ex) {
			throw ReactorErrors.asException(ex);
		}
	}

	@Override
	protected void hookOnComplete() {
		this.done = true;
		finish();
	}

	@Override
	protected void hookOnError(Throwable error) {
		this.connection.failed(error);
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
		MonoSink<Batch> sink = this.waiting.getAndSet(null);
		Throwable error = this.error;
		if (sink != null && error != null) {
			sink.error(error);
		}
		else if (sink != null) {
			sink.success();
		}
	}

}
