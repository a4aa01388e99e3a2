package io.github.cometspring.subscription;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the messages that were published over HTTP, by what has become of them. Meters
 * read the counts when they are scraped.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PublishCounts {

	private final LongAdder[] counts = new LongAdder[PublishOutcome.values().length];

	private final AtomicInteger running = new AtomicInteger();

	/**
	 * Creates counts that are zero.
	 */
	public PublishCounts() {
		Arrays.setAll(this.counts, (index) -> new LongAdder());
	}

	/**
	 * Counts a message, or a request that was refused entirely.
	 * @param outcome what has become of it
	 */
	public void add(PublishOutcome outcome) {
		this.counts[outcome.ordinal()].increment();
	}

	/**
	 * Counts a request whose messages are being published.
	 */
	public void begin() {
		this.running.incrementAndGet();
	}

	/**
	 * Counts its end.
	 */
	public void end() {
		this.running.decrementAndGet();
	}

	/**
	 * How many requests have begun and not ended.
	 * @return the number
	 */
	public int running() {
		return this.running.get();
	}

	/**
	 * How many there were.
	 * @param outcome what has become of them
	 * @return the number
	 */
	public long of(PublishOutcome outcome) {
		return this.counts[outcome.ordinal()].sum();
	}

}
