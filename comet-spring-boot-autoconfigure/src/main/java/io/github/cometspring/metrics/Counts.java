package io.github.cometspring.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * A count for each value of an enum. All counts exist from the beginning, so that to
 * increment one is a look into an array. Thread-safe.
 *
 * @param <E> the enum
 */
final class Counts<E extends Enum<E>> {

	private final LongAdder[] counts;

	Counts(Class<E> type) {
		this.counts = new LongAdder[type.getEnumConstants().length];
		Arrays.setAll(this.counts, (index) -> new LongAdder());
	}

	void add(E value, long more) {
		this.counts[value.ordinal()].add(more);
	}

	long of(E value) {
		return this.counts[value.ordinal()].sum();
	}

}
