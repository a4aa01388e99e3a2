package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Time to measure durations by: it runs evenly, whatever happens to the date.
 * <p>
 * Reactor's schedulers tell the wall clock, which is set now and then, by an operator, by
 * NTP or when a virtual machine resumes; an hour that has not passed would end what lives
 * for an hour. A scheduler in virtual time tells a time of its own, by which tests go.
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
	 * The time that goes with a scheduler.
	 * @param scheduler the scheduler. If its clock stands within a minute of the wall
	 * clock now, it is taken for that, and not asked again; else its clock is its own
	 * time and must never go back
	 * @return the time
	 */
	public static MonotonicTime of(Scheduler scheduler) {
		long difference = scheduler.now(TimeUnit.MILLISECONDS) - System.currentTimeMillis();
		return new MonotonicTime((Math.abs(difference) > WALL_CLOCK_ERROR) ? scheduler : null);
	}

	/**
	 * The time. Two readings are compared by their difference alone.
	 * @return nanoseconds from an arbitrary origin
	 */
	public long nanoTime() {
		return (this.virtual != null) ? this.virtual.now(TimeUnit.NANOSECONDS) : System.nanoTime();
	}

}
