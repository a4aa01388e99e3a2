package io.github.cometspring.netty;

import io.github.cometspring.channel.RateLimitedLog;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.PublishPolicy;
import io.github.cometspring.web.WriteListener;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * A request of a publisher on the fast path. Its answer is held like that of a poll until
 * its messages are published. If the publisher disconnects, messages that were not begun
 * are not published, as on the default path. Belongs to the event loop of its connection;
 * the answer may come from another thread.
 */
final class FastPublication implements HeldRequest, CoreSubscriber<PollAnswer>, WriteListener {

	private static final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(FastPublication.class),
			System::nanoTime);

	private final PublishPolicy policy;

	private final EventLoop loop;

	private final FastPathHandler handler;

	private volatile @Nullable Subscription upstream;

	private volatile boolean over;

	FastPublication(PublishPolicy policy, EventLoop loop, FastPathHandler handler) {
		this.policy = policy;
		this.loop = loop;
		this.handler = handler;
	}

	@Override
	public void start(ArrivingRequest arriving) {
		try {
			String query = PlainPublications.query(arriving.head().uri());
			this.policy.answer(query, arriving, arriving.body(), arriving.key(), Caller.UNKNOWN, this.loop)
				.subscribe(this);
		}
		// Also errors: the publisher must not wait for ever.
		catch (Throwable ex) {
			onError(ex);
		}
	}

	@Override
	public Context currentContext() {
		// There is no filter of the application.
		return Context.empty();
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.upstream = subscription;
		if (this.over) {
			subscription.cancel();
		}
		else {
			subscription.request(Long.MAX_VALUE);
		}
	}

	@Override
	public void onNext(PollAnswer answer) {
		this.loop.run(() -> answer(answer));
	}

	@Override
	public void onError(Throwable error) {
		log.error("A publication could not be answered", error);
		this.loop.run(() -> answer(this.policy.failure()));
	}

	@Override
	public void onComplete() {
		// The answer has come.
	}

	private void answer(PollAnswer answer) {
		if (!this.over && this.handler.answer(this, answer)) {
			this.handler.watch(this);
		}
	}

	@Override
	public void taken() {
		this.handler.answered(this);
	}

	@Override
	public void stalled() {
		// The connection is closed, and nothing of it is held.
	}

	@Override
	public void lost() {
		// The publisher does not get its answer, and may send its request again.
	}

	/**
	 * The connection has ended.
	 */
	@Override
	public void end() {
		this.over = true;
		Subscription upstream = this.upstream;
		if (upstream != null) {
			upstream.cancel();
		}
	}

}
