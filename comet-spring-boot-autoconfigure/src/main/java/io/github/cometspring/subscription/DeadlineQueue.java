package io.github.cometspring.subscription;

import java.time.Duration;

/**
 * Deadlines that are all the same time away: a queue with one timer for its head, not a
 * timer each. Entries join and leave in constant time. Its owner is told when the timer
 * finds no entry, and may then let go of it. Belongs to its event loop.
 */
final class DeadlineQueue {

	private final EventLoop loop;

	private final Duration timeout;

	private final Runnable whenIdle;

	private final Entry head = new Head();

	private boolean armed;

	/**
	 * Creates a queue.
	 * @param loop the loop it belongs to
	 * @param timeout how far away each deadline is
	 * @param whenIdle is called when the timer finds no entry, and none is set any more
	 */
	DeadlineQueue(EventLoop loop, Duration timeout, Runnable whenIdle) {
		this.loop = loop;
		this.timeout = timeout;
		this.whenIdle = whenIdle;
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
		else {
			this.whenIdle.run();
		}
	}

	private void expire() {
		long now = this.loop.nanoTime();
		try {
			for (int i = 0; i < EventLoop.SLICE; i++) {
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
	 * A link of the ring.
	 */
	abstract static class Entry {

		private Entry previous = this;

		private Entry next = this;

		private long deadline;

		abstract void expire();

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

	}

}
