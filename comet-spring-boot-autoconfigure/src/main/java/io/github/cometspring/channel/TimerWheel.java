package io.github.cometspring.channel;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Orders entries by the second in which they are due, so that due entries are found
 * without visiting the others. Adding, removing and polling take constant time and no
 * memory. An entry that is due after more than one turn of the wheel is polled once a
 * turn, and must be added again.
 * <p>
 * Thread-safe; the lock is this object.
 *
 * @param <E> the entries
 */
final class TimerWheel<E extends TimerWheel.Entry<E>> {

	/**
	 * The number of seconds of one turn of the wheel: a power of two.
	 */
	static final int SLOTS = 512;

	private static final long TICK = Duration.ofSeconds(1).toNanos();

	private final @Nullable Entry<E>[] slots = newSlots();

	private final long origin;

	/**
	 * The second up to which all due entries have been polled.
	 */
	private int tick;

	/**
	 * Creates a wheel.
	 * @param now the time, in nanoseconds
	 */
	TimerWheel(long now) {
		this.origin = now;
	}

	@SuppressWarnings({ "unchecked", "rawtypes" })
	private static <E extends Entry<E>> @Nullable Entry<E>[] newSlots() {
		return new Entry[SLOTS];
	}

	/**
	 * Adds an entry. If it is there already, it moves only to an earlier time.
	 * @param entry the entry
	 * @param due the time at which it is due, in nanoseconds
	 */
	synchronized void add(E entry, long due) {
		long second = Math.floorDiv(due - this.origin + TICK - 1, TICK);
		int wanted = (int) Math.max(this.tick + 1L, Math.min(second, this.tick + SLOTS - 1L));
		Entry<E> link = entry;
		if (link.tick > 0 && link.tick <= wanted) {
			return;
		}
		unlink(link);
		link.tick = wanted;
		link.next = this.slots[wanted % SLOTS];
		if (link.next != null) {
			link.next.previous = link;
		}
		this.slots[wanted % SLOTS] = link;
	}

	synchronized void remove(E entry) {
		unlink(entry);
	}

	private void unlink(Entry<E> link) {
		if (link.tick == 0) {
			return;
		}
		if (link.previous != null) {
			link.previous.next = link.next;
		}
		else {
			this.slots[link.tick % SLOTS] = link.next;
		}
		if (link.next != null) {
			link.next.previous = link.previous;
		}
		link.previous = null;
		link.next = null;
		link.tick = 0;
	}

	/**
	 * Removes an entry that is due.
	 * @param now the time, in nanoseconds
	 * @return the entry, or {@code null} if none is due
	 */
	@SuppressWarnings("unchecked")
	synchronized @Nullable E poll(long now) {
		long second = Math.floorDiv(now - this.origin, TICK);
		while (true) {
			Entry<E> first = this.slots[this.tick % SLOTS];
			if (first != null && first.tick == this.tick) {
				unlink(first);
				return (E) first;
			}
			if (this.tick >= second) {
				return null;
			}
			this.tick++;
		}
	}

	/**
	 * An entry: a link in the chain of those that are due in the same second.
	 *
	 * @param <E> the entries
	 */
	@SuppressWarnings("unused") // the wheel uses the parameter
	abstract static class Entry<E extends Entry<E>> {

		private @Nullable Entry<E> previous;

		private @Nullable Entry<E> next;

		/**
		 * The second in which it is due, or 0 if it is not in a wheel.
		 */
		private int tick;

	}

}
