package io.github.cometspring.client;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import io.github.cometspring.channel.MonotonicTime;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * Fails when a source has emitted nothing for a given time. Unlike Reactor's
 * {@code timeout} it does not count time without demand, and so never mistakes a slow
 * subscriber for a dead server. It fires at most a quarter of the time late.
 */
final class SilenceTimeout {

	private final AtomicLong demand = new AtomicLong();

	private final MonotonicTime time;

	private volatile long since;

	private SilenceTimeout(MonotonicTime time) {
		this.time = time;
		this.since = time.nanoTime();
	}

	/**
	 * Adds the timeout to a source.
	 * @param source the source
	 * @param longest how long it may emit nothing while there is demand
	 * @param scheduler tells the time
	 * @return the source, or {@link TimeoutException} after too long a silence
	 */
	static <T> Flux<T> watch(Flux<T> source, Duration longest, Scheduler scheduler) {
		return Flux.defer(() -> {
			SilenceTimeout timeout = new SilenceTimeout(MonotonicTime.of(scheduler));
			Mono<T> alarm = Flux.interval(longest.dividedBy(4), scheduler)
				.onBackpressureDrop()
				.filter((tick) -> timeout.isExceeded(longest))
				.next()
				.flatMap((tick) -> Mono.error(new TimeoutException("Server sends nothing")));
			return source.doOnRequest(timeout::request).doOnNext((event) -> timeout.receive()).takeUntilOther(alarm);
		});
	}

	private void request(long n) {
		if (this.demand.getAndUpdate((before) -> Operators.addCap(before, n)) == 0) {
			this.since = this.time.nanoTime();
		}
	}

	private void receive() {
		this.since = this.time.nanoTime();
		this.demand.updateAndGet((before) -> (before == Long.MAX_VALUE) ? before : before - 1);
	}

	private boolean isExceeded(Duration longest) {
		return this.demand.get() > 0 && this.time.nanoTime() - this.since >= longest.toNanos();
	}

}
