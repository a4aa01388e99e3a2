package io.github.cometspring.netty;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Connection;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.WriteListener;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.Logger;
import reactor.util.Loggers;

import org.springframework.http.HttpStatus;

/**
 * A poll on the fast path. Belongs to the event loop of its connection.
 */
final class FastPoll implements HeldPoll, CoreSubscriber<Batch>, WriteListener {

	private static final Logger logger = Loggers.getLogger(FastPoll.class);

	private final FastPathHandler handler;

	private final PollDialect dialect;

	private final Connection connection;

	private @Nullable SubscriptionRequest asked;

	private @Nullable Subscription subscription;

	private @Nullable Batch batch;

	private boolean over;

	FastPoll(FastPathHandler handler, PollDialect dialect, Connection connection, SubscriptionRequest asked) {
		this.handler = handler;
		this.dialect = dialect;
		this.connection = connection;
		this.asked = asked;
	}

	@Override
	public void start() {
		SubscriptionRequest asked = this.asked;
		// Not kept: very many may be held.
		this.asked = null;
		if (asked != null) {
			this.connection.listen(asked).subscribe(this);
		}
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.subscription = subscription;
		subscription.request(1);
	}

	@Override
	public void onNext(Batch batch) {
		if (this.over) {
			batch.failed();
			return;
		}
		this.batch = batch;
		leave();
		this.handler.answer(this, answer(batch));
	}

	private PollAnswer answer(Batch batch) {
		try {
			return this.dialect.answer(batch);
		}
		catch (RuntimeException ex) {
			logger.error("A poll could not be answered", ex);
			batch.failed();
			return this.dialect.refuse(HttpStatus.INTERNAL_SERVER_ERROR, null);
		}
	}

	@Override
	public void onComplete() {
		// There was one batch, and it ended the poll.
	}

	@Override
	public void onError(Throwable error) {
		if (!this.over) {
			end();
			this.handler.refuse(this, (error instanceof SubscriptionRejectedException rejected)
					? this.dialect.refuse(rejected) : this.dialect.refuse(HttpStatus.INTERNAL_SERVER_ERROR, null));
		}
	}

	/**
	 * Lets go of the subscription, and of the place that the client has: it has its
	 * answer, or has gone, or its poll goes the ordinary way.
	 */
	@Override
	public void end() {
		leave();
		this.connection.close();
	}

	private void leave() {
		this.over = true;
		Subscription subscription = this.subscription;
		if (subscription != null) {
			subscription.cancel();
		}
	}

	@Override
	public void taken() {
		if (this.batch != null) {
			this.batch.written();
		}
		this.connection.close();
		this.handler.proceed();
	}

	@Override
	public void stalled() {
		if (this.batch != null) {
			this.batch.timedOut();
		}
		lost();
	}

	@Override
	public void lost() {
		if (this.batch != null) {
			this.batch.failed();
		}
		this.connection.close();
	}

}
