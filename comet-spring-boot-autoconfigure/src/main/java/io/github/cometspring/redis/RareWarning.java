package io.github.cometspring.redis;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * A warning of something that others can cause as often as they like: one line a minute.
 * Thread-safe.
 */
final class RareWarning {

	private static final Logger LOGGER = Loggers.getLogger("io.github.cometspring.redis");

	private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

	private final String sentence;

	private final AtomicLong next = new AtomicLong(System.nanoTime());

	RareWarning(String sentence) {
		this.sentence = sentence;
	}

	/**
	 * Warns, if the last time was long enough ago.
	 * @param cause what is behind it, or {@code null} for nothing. Of it the innermost
	 * message is told
	 */
	void warn(@Nullable Throwable cause) {
		if (isDue()) {
			Throwable innermost = cause;
			while (innermost != null && innermost.getCause() != null) {
				innermost = innermost.getCause();
			}
			log((innermost != null) ? this.sentence + ": " + innermost : this.sentence);
		}
	}

	/**
	 * Warns, if the last time was long enough ago.
	 * @param detail what is added to the sentence
	 */
	void warn(String detail) {
		if (isDue()) {
			log(this.sentence + ": " + detail);
		}
	}

	private static void log(String text) {
		try {
			LOGGER.warn(text);
		}
		catch (Throwable ex) {
			// The disk may be full, which must not harm the connection to Redis.
		}
	}

	private boolean isDue() {
		long now = System.nanoTime();
		long due = this.next.get();
		return now - due >= 0 && this.next.compareAndSet(due, now + INTERVAL);
	}

}
