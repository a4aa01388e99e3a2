package io.github.cometspring.test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The events that the test has not looked at yet, and the record of everything that
 * happened. It has no bound: a test reads what it makes the application publish.
 * <p>
 * Thread-safe.
 */
final class Inbox {

	private static final long NANOS_PER_MILLI = 1_000_000;

	private final Deque<CometEvent> events = new ArrayDeque<>();

	private final List<String> record = new ArrayList<>();

	private @Nullable Runnable listener;

	private boolean over;

	void add(CometEvent event) {
		synchronized (this.events) {
			this.events.add(event);
			this.record.add(event.toString());
			this.events.notifyAll();
		}
		wake();
	}

	/**
	 * Records something that is no event.
	 */
	void note(String what) {
		synchronized (this.events) {
			this.record.add(what);
		}
	}

	/**
	 * Sets whether no further event can come.
	 */
	void setOver(boolean over) {
		synchronized (this.events) {
			this.over = over;
			this.events.notifyAll();
		}
		wake();
	}

	private void wake() {
		@Nullable Runnable listener;
		synchronized (this.events) {
			listener = this.listener;
		}
		if (listener != null) {
			listener.run();
		}
	}

	/**
	 * Whether no event is left and none can come.
	 */
	boolean isExhausted() {
		synchronized (this.events) {
			return this.over && this.events.isEmpty();
		}
	}

	/**
	 * Removes the next event.
	 * @return the event, or {@code null} if there is none yet
	 */
	@Nullable CometEvent poll() {
		synchronized (this.events) {
			return this.events.poll();
		}
	}

	/**
	 * Waits for the next event and removes it.
	 * @param longest how long to wait
	 * @return the event, or {@code null} if none came in time, or none can come
	 */
	@Nullable CometEvent take(Duration longest) {
		long start = System.nanoTime();
		synchronized (this.events) {
			try {
				while (this.events.isEmpty() && !this.over) {
					long left = longest.toNanos() - (System.nanoTime() - start);
					if (left <= 0) {
						return null;
					}
					this.events.wait(left / NANOS_PER_MILLI + 1);
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("Interrupted while waiting for an event", ex);
			}
			return this.events.poll();
		}
	}

	/**
	 * Calls a listener after each event, instead of the one before.
	 * @param listener the listener, or {@code null} for none
	 */
	void listen(@Nullable Runnable listener) {
		synchronized (this.events) {
			this.listener = listener;
		}
	}

	/**
	 * Everything that has happened, a line each.
	 */
	String record() {
		synchronized (this.events) {
			return this.record.isEmpty() ? "  nothing" : "  " + String.join("\n  ", this.record);
		}
	}

}
