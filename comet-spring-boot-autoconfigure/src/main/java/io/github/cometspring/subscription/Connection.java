package io.github.cometspring.subscription;

import java.util.concurrent.atomic.AtomicBoolean;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A client that has been admitted: it counts as connected until this is closed. What it
 * listens to may change.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Connection implements AutoCloseable {

	private final Subscriptions subscriptions;

	private final Subscriptions.Terms terms;

	private final EventLoop loop;

	private final AtomicBoolean closed = new AtomicBoolean();

	Connection(Subscriptions subscriptions, Subscriptions.Terms terms, EventLoop loop) {
		this.subscriptions = subscriptions;
		this.terms = terms;
		this.loop = loop;
	}

	/**
	 * Listens to channels. An order to end whatever waits that came since the client was
	 * admitted ends this at once.
	 * @param request what the client asks for
	 * @return the batches, or {@link SubscriptionRejectedException}, or the error of the
	 * request
	 */
	public Flux<Batch> listen(Mono<SubscriptionRequest> request) {
		return this.subscriptions.listen(this.terms, this.loop, request);
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.subscriptions.leave(this.terms.dialect().transport());
		}
	}

}
