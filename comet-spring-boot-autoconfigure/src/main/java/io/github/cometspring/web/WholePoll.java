package io.github.cometspring.web;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Connection;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;

/**
 * A poll with nothing left to read, whose answer nothing has to be waited for: one
 * operator in place of some twenty, of which most of a delivery's cost would consist.
 */
final class WholePoll extends Mono<Void> {

	private static final AtomicIntegerFieldUpdater<Answering> SETTLED = AtomicIntegerFieldUpdater
		.newUpdater(Answering.class, "settled");

	private final Subscriptions subscriptions;

	private final EventLoop loop;

	private final PollDialect polls;

	private final WriteWatch writing;

	private final ServerWebExchange exchange;

	private final WholeRequest request;

	private final WholeResponse response;

	WholePoll(Subscriptions subscriptions, EventLoop loop, PollDialect polls, WriteWatch writing,
			ServerWebExchange exchange, WholeRequest request, WholeResponse response) {
		this.subscriptions = subscriptions;
		this.loop = loop;
		this.polls = polls;
		this.writing = writing;
		this.exchange = exchange;
		this.request = request;
		this.response = response;
	}

	@Override
	public void subscribe(CoreSubscriber<? super Void> actual) {
		Connection connection;
		try {
			connection = this.subscriptions.connect(this.polls.dialect(), this.loop);
		}
		catch (SubscriptionRejectedException ex) {
			refuse(ex).subscribe(actual);
			return;
		}
		SubscriptionRequest asked;
		try {
			asked = this.polls.read((name) -> this.exchange.getRequest().getHeaders().getOrEmpty(name),
					this.request.body(), this.exchange.getPrincipal());
		}
		catch (RefusedRequestException ex) {
			connection.close();
			refuse(ex.status(), ex.sentence()).subscribe(actual);
			return;
		}
		catch (RuntimeException ex) {
			connection.close();
			Operators.error(actual, ex);
			return;
		}
		Answering answering = new Answering(connection, actual);
		actual.onSubscribe(answering);
		connection.listen(asked).subscribe(answering);
	}

	private Mono<Void> refuse(SubscriptionRejectedException rejected) {
		return Mono.defer(() -> this.response.write(this.polls.refuse(rejected)));
	}

	private Mono<Void> refuse(HttpStatus status, @Nullable String sentence) {
		return this.writing.inTime(Mono.defer(() -> this.response.write(this.polls.refuse(status, sentence))),
				this.loop);
	}

	/**
	 * One subscription to it, above the one to the channels.
	 */
	private final class Answering implements CoreSubscriber<Batch>, Subscription {

		private final Connection connection;

		private final CoreSubscriber<? super Void> actual;

		private volatile @Nullable Subscription upstream;

		private volatile @Nullable Batch batch;

		private volatile @Nullable Disposable write;

		/**
		 * Ends the writing if it takes too long.
		 */
		private volatile @Nullable Disposable late;

		private volatile boolean over;

		/**
		 * Whether it is known what became of the poll.
		 */
		private volatile int settled;

		Answering(Connection connection, CoreSubscriber<? super Void> actual) {
			this.connection = connection;
			this.actual = actual;
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void request(long n) {
			// There is nothing but the end.
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.upstream = subscription;
			if (this.over) {
				subscription.cancel();
			}
			else {
				subscription.request(1);
			}
		}

		@Override
		public void onNext(Batch batch) {
			this.batch = batch;
			if (this.over) {
				batch.failed();
				return;
			}
			leave();
			// Put off, so that what the application throws gets back to it
			write(Mono.defer(() -> WholePoll.this.response.write(WholePoll.this.polls.answer(batch))));
		}

		private void write(Mono<Void> answer) {
			Disposable write = answer.subscribe(null, this::failed, this::written, currentContext());
			this.write = write;
			if (this.settled != 0) {
				write.dispose();
			}
			else {
				// Mostly it is written at once, and there is nothing to wait for.
				this.late = WholePoll.this.writing.deadline(WholePoll.this.loop)
					.subscribe(null, this::failed, this::giveUp, Context.empty());
				if (this.settled != 0) {
					dispose(this.late);
				}
			}
		}

		private void written() {
			if (settle()) {
				Batch batch = this.batch;
				if (batch != null) {
					WholePoll.this.writing.watch(batch, this.connection, WholePoll.this.exchange.getRequest());
				}
				else {
					this.connection.close();
				}
				this.actual.onComplete();
			}
		}

		private void failed(Throwable error) {
			if (settle()) {
				lose();
				this.actual.onError(error);
			}
		}

		/**
		 * Somebody in the application holds the answer back.
		 */
		private void giveUp() {
			dispose(this.write);
			Batch batch = this.batch;
			if (batch != null) {
				batch.timedOut();
			}
			failed(Answers.stalled());
		}

		private boolean settle() {
			boolean first = SETTLED.compareAndSet(this, 0, 1);
			if (first) {
				dispose(this.late);
			}
			return first;
		}

		@Override
		public void onError(Throwable error) {
			if (this.over) {
				return;
			}
			leave();
			if (error instanceof SubscriptionRejectedException rejected) {
				write(refuse(rejected));
			}
			else {
				failed(error);
			}
		}

		@Override
		public void onComplete() {
			// There was one batch, and it ended the poll.
		}

		private void leave() {
			this.over = true;
			Subscription upstream = this.upstream;
			if (upstream != null) {
				upstream.cancel();
			}
		}

		private void lose() {
			Batch batch = this.batch;
			if (batch != null) {
				batch.failed();
			}
			this.connection.close();
		}

		/**
		 * The client has gone, or a filter does not want to wait for the answer.
		 */
		@Override
		public void cancel() {
			leave();
			if (settle()) {
				dispose(this.write);
				lose();
			}
		}

		private static void dispose(@Nullable Disposable disposable) {
			if (disposable != null) {
				disposable.dispose();
			}
		}

	}

}
