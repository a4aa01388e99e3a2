package io.github.cometspring.channel;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The format, the history and the idle timeout of a channel. Begin with {@link #DEFAULT}
 * and change single values.
 *
 * @param historySize the number of messages to keep for clients that resume; 0 keeps none
 * @param historyMaxAge how long a message is kept; positive and at most 365 days
 * @param idleTimeout how long an unused channel lives; positive and at most 365 days, or
 * {@code null} for as long as it is not closed. A channel is in use while a client
 * listens, and whenever the application publishes, asks for it by name, or takes a
 * cursor, a handle or its messages. However short the timeout is, a channel that was just
 * asked for lives about a second more
 * @param format the format of its messages
 * @since 0.1.0
 */
public record ChannelSettings(int historySize, Duration historyMaxAge, @Nullable Duration idleTimeout,
		MessageFormat format) {

	private static final Duration LONGEST = Duration.ofDays(365);

	/**
	 * Text, 100 messages for 5 minutes, and no idle timeout.
	 */
	public static final ChannelSettings DEFAULT = new ChannelSettings(100, Duration.ofMinutes(5), null,
			MessageFormat.TEXT);

	/**
	 * Creates settings.
	 * @param historySize the number of messages to keep
	 * @param historyMaxAge how long a message is kept
	 * @param idleTimeout how long an unused channel lives
	 * @param format the format of its messages
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public ChannelSettings {
		Objects.requireNonNull(format, "format");
		if (historySize < 0) {
			throw new IllegalArgumentException("History size must not be negative: " + historySize);
		}
		requireInRange("History age", historyMaxAge);
		if (idleTimeout != null) {
			requireInRange("Idle timeout", idleTimeout);
		}
	}

	/**
	 * These settings with another size of the history.
	 * @param historySize the number of messages to keep
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
	 * @param idleTimeout how long an unused channel lives, or {@code null} for as long as
	 * it is not closed
	 * @return the settings
	 * @throws IllegalArgumentException if it is out of its range
	 */
	public ChannelSettings withIdleTimeout(@Nullable Duration idleTimeout) {
		return new ChannelSettings(this.historySize, this.historyMaxAge, idleTimeout, this.format);
	}

	/**
	 * These settings for messages of another format.
	 * @param format the format of the messages
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
