package io.github.cometspring.redis;

import io.github.cometspring.channel.RateLimitedLog;
import org.jspecify.annotations.Nullable;
import reactor.util.Loggers;

/**
 * A warning with changing details, which {@link RateLimitedLog} limits. Unlike there, the
 * message of a failure is part of the line: it is of Redis or the network and has no
 * secrets. Thread-safe.
 */
final class RateLimitedWarning {

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger("io.github.cometspring.redis"),
			System::nanoTime);

	private final String sentence;

	RateLimitedWarning(String sentence) {
		this.sentence = sentence;
	}

	/**
	 * Logs the warning, unless the last one is less than a minute old.
	 * @param cause the failure, whose innermost cause is added, or {@code null} for none
	 */
	void warn(@Nullable Throwable cause) {
		Throwable innermost = cause;
		while (innermost != null && innermost.getCause() != null) {
			innermost = innermost.getCause();
		}
		this.log.warn((innermost != null) ? this.sentence + ": " + innermost : this.sentence, null);
	}

	/**
	 * Logs the warning, unless the last one is less than a minute old.
	 * @param detail the text that is added
	 */
	void warn(String detail) {
		this.log.warn(this.sentence + ": " + detail, null);
	}

}
