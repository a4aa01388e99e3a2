package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.TreeSet;

/**
 * Deadlines at any moments, in the order of time, with one timer for the first of them.
 * For deadlines that all have the same length, a {@link DeadlineQueue} costs less.
 * Belongs to its event loop.
 */
final class Moments {

	/**
	 * The longest timer. A timer cannot be cancelled, so one that is no longer needed
	 * must not stay for hours.
	 */
	private static final long LONGEST_TIMER = Duration.ofMinutes(1).toNanos();

	private final EventLoop loop;

	private final TreeSet<Moment> moments = new TreeSet<>();

	private long added;

	private boolean armed;

	/**
	 * When the earliest timer fires, if one is armed.
	 */
	private long firing;

	Moments(EventLoop loop) {
		this.loop = loop;
	}

	/**
	 * Adds a deadline.
	 * @param moment the deadline, which is not there yet
	 */
	void add(Moment moment) {
		moment.number = ++this.added;
		this.moments.add(moment);
		arm();
	}

	/**
	 * Removes a deadline. Does nothing if it is not there.
	 * @param moment the deadline
	 */
	void remove(Moment moment) {
		this.moments.remove(moment);
	}

	int size() {
		return this.moments.size();
	}

	private void arm() {
		if (this.moments.isEmpty()) {
			return;
		}
		long now = this.loop.nanoTime();
		long delay = Math.max(0, Math.min(this.moments.first().deadline - now, LONGEST_TIMER));
		if (!this.armed || now + delay - this.firing < 0) {
			long at = now + delay;
			this.armed = true;
			this.firing = at;
			this.loop.schedule(() -> fire(at), Duration.ofNanos(delay));
		}
	}

	private void fire(long at) {
		if (this.armed && this.firing == at) {
			this.armed = false;
		}
		long now = this.loop.nanoTime();
		try {
			for (int i = 0; i < EventLoop.SLICE && isDue(now); i++) {
				Moment first = this.moments.first();
				this.moments.remove(first);
				first.reached();
			}
		}
		finally {
			// Also when one of them has failed: the others still wait.
			arm();
		}
	}

	private boolean isDue(long now) {
		return !this.moments.isEmpty() && this.moments.first().deadline - now <= 0;
	}

	/**
	 * A deadline at a moment.
	 */
	abstract static class Moment implements Comparable<Moment> {

		private long deadline;

		/**
		 * Distinguishes deadlines at the same moment.
		 */
		private long number;

		/**
		 * Sets the moment. The deadline is in no queue.
		 * @param deadline the moment, by the clock of the loop
		 */
		final void at(long deadline) {
			this.deadline = deadline;
		}

		abstract void reached();

		@Override
		public final int compareTo(Moment other) {
			// By the difference, as the clock may have any origin
			int order = Long.signum(this.deadline - other.deadline);
			return (order != 0) ? order : Long.compare(this.number, other.number);
		}

	}

}
