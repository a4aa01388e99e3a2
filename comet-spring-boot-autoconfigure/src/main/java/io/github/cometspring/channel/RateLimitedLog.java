package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import reactor.util.Logger;

/**
 * Logs errors that every request may cause, at most one line a minute, because clients
 * decide how many requests there are: warnings without a stack trace, errors with one.
 * The next line has the number of those that were left out, which are logged at the level
 * DEBUG. A logger that fails has no effect on the caller.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class RateLimitedLog {

	private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

	private final Logger logger;

	private final LongSupplier nanoTime;

	private final AtomicLong next;

	private final AtomicInteger leftOut = new AtomicInteger();

	/**
	 * Creates a log.
	 * @param logger writes the lines
	 * @param nanoTime the time in nanoseconds from an arbitrary origin, which never goes
	 * back
	 */
	public RateLimitedLog(Logger logger, LongSupplier nanoTime) {
		this.logger = logger;
		this.nanoTime = nanoTime;
		this.next = new AtomicLong(nanoTime.getAsLong());
	}

	/**
	 * Logs a warning, unless the last one is less than a minute old.
	 * @param sentence what has happened
	 * @param cause the error behind it, or {@code null} for none. The warning has its
	 * type and its source line, but not its message, which may contain secrets
	 */
	public void warn(String sentence, @Nullable Throwable cause) {
		quietly(() -> {
			debug(sentence, cause);
			if (isDue()) {
				this.logger.warn(sentence + ((cause != null) ? ": " + describe(cause) : "") + leftOut("warning"));
			}
		});
	}

	/**
	 * Logs an error of the server or the application with its stack trace, unless the
	 * last one is less than a minute old.
	 * @param sentence what has happened
	 * @param cause the error
	 */
	public void error(String sentence, Throwable cause) {
		quietly(() -> {
			if (isDue()) {
				this.logger.error(sentence + leftOut("error"), cause);
			}
			else {
				debug(sentence, cause);
			}
		});
	}

	private static void quietly(Runnable logging) {
		try {
			logging.run();
		}
		catch (Throwable ex) {
			// The disk may be full, which must not harm the client that is served.
		}
	}

	private void debug(String sentence, @Nullable Throwable cause) {
		if (cause != null) {
			this.logger.debug(sentence, cause);
		}
		else {
			this.logger.debug(sentence);
		}
	}

	private boolean isDue() {
		long now = this.nanoTime.getAsLong();
		long due = this.next.get();
		boolean isDue = now - due >= 0 && this.next.compareAndSet(due, now + INTERVAL);
		if (!isDue) {
			this.leftOut.incrementAndGet();
		}
		return isDue;
	}

	private String leftOut(String kind) {
		int before = this.leftOut.getAndSet(0);
		return (before > 0) ? " (and %d more since the last %s)".formatted(before, kind) : "";
	}

	private static String describe(Throwable cause) {
		StackTraceElement[] trace = cause.getStackTrace();
		return cause.getClass().getName() + ((trace.length > 0) ? " at " + trace[0] : "");
	}

}
