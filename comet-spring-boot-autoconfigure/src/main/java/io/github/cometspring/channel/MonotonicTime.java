package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * A clock to measure durations with, which changes of the wall clock do not affect.
 * <p>
 * Reactor's schedulers return the wall clock, which an operator, NTP or a resumed virtual
 * machine may set. If it jumped by an hour, entries with a timeout of an hour would
 * expire at once. A scheduler in virtual time has its own clock, which tests use.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class MonotonicTime {

	private static final long WALL_CLOCK_ERROR = Duration.ofMinutes(1).toMillis();

	private final @Nullable Scheduler virtual;

	private MonotonicTime(@Nullable Scheduler virtual) {
		this.virtual = virtual;
	}

	/**
	 * The clock for a scheduler.
	 * @param scheduler the scheduler. If its clock is within a minute of the wall clock
	 * now, {@link System#nanoTime()} is used instead; else its own clock is used, which
	 * must never go back
	 * @return the clock
	 */
	public static MonotonicTime of(Scheduler scheduler) {
		long difference = scheduler.now(TimeUnit.MILLISECONDS) - System.currentTimeMillis();
		return new MonotonicTime((Math.abs(difference) > WALL_CLOCK_ERROR) ? scheduler : null);
	}

	/**
	 * The time. Compare two readings only by their difference.
	 * @return nanoseconds from an arbitrary origin
	 */
	public long nanoTime() {
		return (this.virtual != null) ? this.virtual.now(TimeUnit.NANOSECONDS) : System.nanoTime();
	}

}
