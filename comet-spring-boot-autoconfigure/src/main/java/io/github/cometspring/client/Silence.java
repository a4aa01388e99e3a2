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
 * Watches a source for a long silence. Unlike the timeout of Reactor it does not count
 * the time in which nothing was asked for, and so never takes a slow subscriber for a
 * dead server. A silence is noticed within a quarter of its length.
 */
final class Silence {

	private final AtomicLong wanted = new AtomicLong();

	private final MonotonicTime time;

	private volatile long since;

	private Silence(MonotonicTime time) {
		this.time = time;
		this.since = time.nanoTime();
	}

	/**
	 * Watches a source.
	 * @param source the source
	 * @param longest how long it may say nothing while something is wanted
	 * @param scheduler tells the time
	 * @return the source, or {@link TimeoutException} after too long a silence
	 */
	static <T> Flux<T> watch(Flux<T> source, Duration longest, Scheduler scheduler) {
		return Flux.defer(() -> {
			Silence silence = new Silence(MonotonicTime.of(scheduler));
			Mono<T> alarm = Flux.interval(longest.dividedBy(4), scheduler)
				.onBackpressureDrop()
				.filter((tick) -> silence.isLongerThan(longest))
				.next()
				.flatMap((tick) -> Mono.error(new TimeoutException("Server says nothing")));
			return source.doOnRequest(silence::want).doOnNext((event) -> silence.hear()).takeUntilOther(alarm);
		});
	}

	private void want(long n) {
		if (this.wanted.getAndUpdate((before) -> Operators.addCap(before, n)) == 0) {
			this.since = this.time.nanoTime();
		}
	}

	private void hear() {
		this.since = this.time.nanoTime();
		this.wanted.updateAndGet((before) -> (before == Long.MAX_VALUE) ? before : before - 1);
	}

	private boolean isLongerThan(Duration longest) {
		return this.wanted.get() > 0 && this.time.nanoTime() - this.since >= longest.toNanos();
	}

}
