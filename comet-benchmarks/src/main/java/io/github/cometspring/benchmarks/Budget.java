package io.github.cometspring.benchmarks;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The time of a run that has to end: each block has a share of what is left, and takes
 * fewer rounds if it cannot take all of them within its share.
 */
final class Budget {

	/** Two rounds are taken, as long as there is time at all. */
	private static final int FEWEST = 2;

	private final LongSupplier clock;

	private final long end;

	private double weights;

	private long roundStart;

	private long blockEnd;

	/**
	 * Creates a budget.
	 * @param start when the run began, in nanoseconds of the clock
	 * @param limit the time from then on, or zero if there is no limit
	 * @param weights the sum of the weights of all blocks
	 * @param clock the time in nanoseconds
	 */
	Budget(long start, Duration limit, double weights, LongSupplier clock) {
		this.clock = clock;
		this.weights = weights;
		this.end = limit.isZero() ? Long.MAX_VALUE : start + limit.toNanos();
	}

	/**
	 * Begins a block.
	 * @param weight its weight among those that have not begun
	 */
	void begin(double weight) {
		long now = this.clock.getAsLong();
		double share = (this.weights > 0) ? Math.min(1, weight / this.weights) : 1;
		this.weights -= weight;
		this.roundStart = now;
		this.blockEnd = isUnlimited() ? Long.MAX_VALUE : now + (long) (Math.max(0, this.end - now) * share);
	}

	/**
	 * Whether there is time for a round of the block.
	 * @param round its number, from 1
	 */
	boolean allows(int round) {
		long now = this.clock.getAsLong();
		long last = now - this.roundStart;
		this.roundStart = now;
		if (round == 1 || isUnlimited()) {
			return true;
		}
		return (round <= FEWEST) ? now < this.end : now + last <= this.blockEnd;
	}

	private boolean isUnlimited() {
		return this.end == Long.MAX_VALUE;
	}

}
