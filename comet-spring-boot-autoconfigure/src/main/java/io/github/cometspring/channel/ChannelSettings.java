package io.github.cometspring.channel;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a channel carries and keeps, and how long it lives unused. Begin with
 * {@link #DEFAULT} and change what shall be different.
 *
 * @param historySize how many messages are kept for clients that resume; 0 keeps none
 * @param historyMaxAge how long a message is kept; positive and at most 365 days
 * @param idleTimeout how long the channel lives unused; positive and at most 365 days, or
 * {@code null} for as long as it is not closed. It is used while a client listens, and
 * whenever the application publishes, asks for it by name, or takes a cursor, a handle or
 * its messages. However short the time is, about a second remains to use what has just
 * been asked for
 * @param format what its messages are
 * @since 0.1.0
 */
public record ChannelSettings(int historySize, Duration historyMaxAge, @Nullable Duration idleTimeout,
		MessageFormat format) {

	private static final Duration LONGEST = Duration.ofDays(365);

	/**
	 * Text, 100 messages for 5 minutes, and no end for want of use.
	 */
	public static final ChannelSettings DEFAULT = new ChannelSettings(100, Duration.ofMinutes(5), null,
			MessageFormat.TEXT);

	/**
	 * Creates settings.
	 * @param historySize how many messages are kept
	 * @param historyMaxAge how long a message is kept
	 * @param idleTimeout how long the channel lives unused
	 * @param format what its messages are
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public ChannelSettings {
		Objects.requireNonNull(format, "format");
		if (historySize < 0) {
			throw new IllegalArgumentException("MessageHistory size must not be negative: " + historySize);
		}
		requireInRange("MessageHistory age", historyMaxAge);
		if (idleTimeout != null) {
			requireInRange("Idle timeout", idleTimeout);
		}
	}

	/**
	 * These settings with another size of the history.
	 * @param historySize how many messages are kept
	 * @return the settings
	 * @throws IllegalArgumentException if it is negative
	 */
	public ChannelSettings withHistorySize(int historySize) {
		return new ChannelSettings(historySize, this.historyMaxAge, this.idleTimeout, this.format);
	}

	/**
	 * These settings with another age of the history.
	 * @param historyMaxAge how long a message is kept
	 * @return the settings
	 * @throws IllegalArgumentException if it is out of its range
	 */
	public ChannelSettings withHistoryMaxAge(Duration historyMaxAge) {
		return new ChannelSettings(this.historySize, historyMaxAge, this.idleTimeout, this.format);
	}

	/**
	 * These settings with another idle timeout.
	 * @param idleTimeout how long the channel lives unused, or {@code null} for as long
	 * as it is not closed
	 * @return the settings
	 * @throws IllegalArgumentException if it is out of its range
	 */
	public ChannelSettings withIdleTimeout(@Nullable Duration idleTimeout) {
		return new ChannelSettings(this.historySize, this.historyMaxAge, idleTimeout, this.format);
	}

	/**
	 * These settings for messages of another format.
	 * @param format what the messages are
	 * @return the settings
	 */
	public ChannelSettings withFormat(MessageFormat format) {
		return new ChannelSettings(this.historySize, this.historyMaxAge, this.idleTimeout, format);
	}

	private static void requireInRange(String name, Duration value) {
		if (value.isZero() || value.isNegative() || value.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(name + " must be positive and at most 365 days: " + value);
		}
	}

}
