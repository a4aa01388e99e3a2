package io.github.cometspring.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

import io.github.cometspring.channel.BrokerState;
import io.github.cometspring.channel.ChannelBroker;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * The totals of a broker, for meters, which must not wait. A broker that has them at once
 * is asked each time. One behind a network is asked at most every {@link #MAX_AGE}, and
 * the last known totals are used: those that the read before has asked for, and those
 * from before an outage while it lasts.
 * <p>
 * Thread-safe.
 */
final class BrokerTotals {

	static final Duration MAX_AGE = Duration.ofSeconds(5);

	private final ChannelBroker broker;

	private final LongSupplier nanoTime;

	private final AtomicLong askedAt;

	private final Disposable.Swap question = Disposables.swap();

	private final List<Consumer<BrokerState>> waiting = new ArrayList<>();

	private volatile @Nullable BrokerState last;

	BrokerTotals(ChannelBroker broker, LongSupplier nanoTime) {
		this.broker = broker;
		this.nanoTime = nanoTime;
		this.askedAt = new AtomicLong(nanoTime.getAsLong() - MAX_AGE.toNanos());
	}

	/**
	 * Returns a part of the totals.
	 * @param part the part
	 * @return its last known value, or NaN as long as none is known
	 */
	double read(ToDoubleFunction<BrokerState> part) {
		refresh();
		BrokerState last = this.last;
		return (last != null) ? part.applyAsDouble(last) : Double.NaN;
	}

	/**
	 * Calls a consumer once, as soon as the totals are known.
	 * @param consumer is called on the thread that has them
	 */
	void whenKnown(Consumer<BrokerState> consumer) {
		BrokerState known;
		synchronized (this.waiting) {
			known = this.last;
			if (known == null) {
				this.waiting.add(consumer);
			}
		}
		if (known != null) {
			consumer.accept(known);
		}
		else {
			refresh();
		}
	}

	private void refresh() {
		Mono<BrokerState> answer = ask();
		// Such a broker answers within subscribe().
		if (answer instanceof Callable<?> || isDue()) {
			this.question.update(answer.subscribe(this::accept, (ex) -> {
				// The broker cannot be reached. Its health says so.
			}, null, Context.empty()));
		}
	}

	private Mono<BrokerState> ask() {
		try {
			return this.broker.state();
		}
		// A broker of the application must not end the scrape.
		catch (RuntimeException ex) {
			return Mono.error(ex);
		}
	}

	private boolean isDue() {
		long now = this.nanoTime.getAsLong();
		long askedAt = this.askedAt.get();
		return now - askedAt >= MAX_AGE.toNanos() && this.askedAt.compareAndSet(askedAt, now);
	}

	private void accept(BrokerState state) {
		List<Consumer<BrokerState>> waiting;
		synchronized (this.waiting) {
			this.last = state;
			waiting = List.copyOf(this.waiting);
			this.waiting.clear();
		}
		waiting.forEach((consumer) -> consumer.accept(state));
	}

}
