package io.github.cometspring.soak;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.cometspring.channel.Channel;

/**
 * A channel with numbered messages, {@code number-time-filler}. One thread publishes, and
 * is no further ahead of the fastest client than the window, unless that is away.
 */
final class Feed {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int WINDOW = 40;

	private static final long LONGEST_STOP = TimeUnit.MILLISECONDS.toNanos(200);

	private final Channel channel;

	private final String filler;

	private final AtomicLong heard = new AtomicLong();

	private volatile long published;

	private long publishedAt = System.nanoTime();

	Feed(Channel channel, int filler) {
		this.channel = channel;
		this.filler = "x".repeat(filler);
	}

	String name() {
		return this.channel.id();
	}

	Channel channel() {
		return this.channel;
	}

	/**
	 * The number of the last message.
	 */
	long published() {
		return this.published;
	}

	/**
	 * Notes that a client has received a message.
	 */
	void heard(long number) {
		if (number > this.heard.get()) {
			this.heard.accumulateAndGet(number, Math::max);
		}
	}

	/**
	 * Publishes the next message if it is time.
	 * @return whether it was published
	 */
	boolean publishIfDue() {
		if (this.published - this.heard.get() >= WINDOW && System.nanoTime() - this.publishedAt < LONGEST_STOP) {
			return false;
		}
		publish();
		return true;
	}

	void publish() {
		this.publishedAt = System.nanoTime();
		long number = this.published + 1;
		this.channel.publish(number + "-" + this.publishedAt + "-" + this.filler).block(PATIENCE);
		this.published = number;
	}

	void close() {
		this.channel.close().block(PATIENCE);
	}

}
