package io.github.cometspring.redis;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * A warning that is logged at most once a minute, since others can cause it at any rate.
 * Thread-safe.
 */
final class RateLimitedWarning {

	private static final Logger LOGGER = Loggers.getLogger("io.github.cometspring.redis");

	private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

	private final String sentence;

	private final AtomicLong next = new AtomicLong(System.nanoTime());

	RateLimitedWarning(String sentence) {
		this.sentence = sentence;
	}

	/**
	 * Logs the warning, unless it was logged within the last minute.
	 * @param cause the failure, whose innermost cause is added, or {@code null} for none
	 */
	void warn(@Nullable Throwable cause) {
		if (acquire()) {
			Throwable innermost = cause;
			while (innermost != null && innermost.getCause() != null) {
				innermost = innermost.getCause();
			}
			log((innermost != null) ? this.sentence + ": " + innermost : this.sentence);
		}
	}

	/**
	 * Logs the warning, unless it was logged within the last minute.
	 * @param detail the text that is added
	 */
	void warn(String detail) {
		if (acquire()) {
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

	private boolean acquire() {
		long now = System.nanoTime();
		long earliest = this.next.get();
		return now - earliest >= 0 && this.next.compareAndSet(earliest, now + INTERVAL);
	}

}
