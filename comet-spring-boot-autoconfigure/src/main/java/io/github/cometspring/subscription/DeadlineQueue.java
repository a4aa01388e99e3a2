package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Deadlines that are all the same time away: a queue with one timer for its head, not a
 * timer each. Entries join and leave in constant time. Belongs to its event loop.
 */
final class DeadlineQueue {

	/**
	 * How many entries are served before I/O has its turn.
	 */
	static final int SLICE = 64;

	private final EventLoop loop;

	private final Duration timeout;

	private final Entry head = new Head();

	private boolean armed;

	DeadlineQueue(EventLoop loop, Duration timeout) {
		this.loop = loop;
		this.timeout = timeout;
	}

	void add(Entry entry) {
		entry.deadline = this.loop.nanoTime() + this.timeout.toNanos();
		entry.insertBefore(this.head);
		if (!this.armed) {
			arm();
		}
	}

	private void arm() {
		Entry first = this.head.next;
		this.armed = first != this.head;
		if (this.armed) {
			this.loop.schedule(this::expire, Duration.ofNanos(Math.max(0, first.deadline - this.loop.nanoTime())));
		}
	}

	private void expire() {
		long now = this.loop.nanoTime();
		try {
			for (int i = 0; i < SLICE; i++) {
				Entry first = this.head.next;
				if (first == this.head || first.deadline - now > 0) {
					break;
				}
				first.unlink();
				first.expire();
			}
		}
		finally {
			// Also when one of them has failed: the others still wait.
			arm();
		}
	}

	/**
	 * Looks at every entry, in the order they joined.
	 * @param visitor who looks; it must not change the queue
	 */
	void forEach(Consumer<? super Entry> visitor) {
		for (Entry entry = this.head.next; entry != this.head; entry = entry.next) {
			visitor.accept(entry);
		}
	}

	boolean isIdle() {
		return !this.armed;
	}

	/**
	 * A link of the ring.
	 */
	abstract static class Entry {

		private Entry previous = this;

		private Entry next = this;

		private long deadline;

		abstract void expire();

		abstract void end(Ending ending, int order);

		final void unlink() {
			this.previous.next = this.next;
			this.next.previous = this.previous;
			this.previous = this;
			this.next = this;
		}

		private void insertBefore(Entry other) {
			this.previous = other.previous;
			this.next = other;
			this.previous.next = this;
			other.previous = this;
		}

	}

	/**
	 * Where the ring begins and ends.
	 */
	private static final class Head extends Entry {

		@Override
		void expire() {
			throw new IllegalStateException("Not an entry");
		}

		@Override
		void end(Ending ending, int order) {
			throw new IllegalStateException("Not an entry");
		}

	}

}
