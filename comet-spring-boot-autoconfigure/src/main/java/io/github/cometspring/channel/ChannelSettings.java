package io.github.cometspring.channel;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a channel keeps, and how long it lives unused.
 *
 * @param historySize how many messages are kept for clients that resume; 0 keeps none
 * @param historyMaxAge how long a message is kept; positive and at most 365 days
 * @param idleTimeout how long the channel lives with neither a publication nor a client;
 * positive and at most 365 days, or {@code null} for as long as it is not closed
 * @since 0.1.0
 */
public record ChannelSettings(int historySize, Duration historyMaxAge, @Nullable Duration idleTimeout) {

	private static final Duration LONGEST = Duration.ofDays(365);

	/**
	 * 100 messages for 5 minutes, and no end for want of use.
	 */
	public static final ChannelSettings DEFAULT = new ChannelSettings(100, Duration.ofMinutes(5), null);

	/**
	 * Creates settings.
	 * @param historySize how many messages are kept
	 * @param historyMaxAge how long a message is kept
	 * @param idleTimeout how long the channel lives unused
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public ChannelSettings {
		if (historySize < 0) {
			throw new IllegalArgumentException("History size must not be negative: " + historySize);
		}
		requireInRange("History age", historyMaxAge);
		if (idleTimeout != null) {
			requireInRange("Idle timeout", idleTimeout);
		}
	}

	private static void requireInRange(String name, Duration value) {
		if (value.isZero() || value.isNegative() || value.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(name + " must be positive and at most 365 days: " + value);
		}
	}

}
