package io.github.cometspring.redis;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a node uses Redis.
 *
 * @param keyPrefix what all keys and feeds begin with
 * @param commandTimeout how long an answer of Redis is waited for; positive
 * @param probeInterval how much time there is between two proofs that the feed is alive;
 * positive
 * @param maxChannels how many channels there may be on all nodes, or {@code null} for no
 * limit
 * @since 0.1.0
 */
public record RedisSettings(String keyPrefix, Duration commandTimeout, Duration probeInterval,
		@Nullable Integer maxChannels) {

	/**
	 * Creates settings.
	 * @param keyPrefix what all keys and feeds begin with
	 * @param commandTimeout how long an answer of Redis is waited for
	 * @param probeInterval how much time there is between two proofs that the feed is
	 * alive
	 * @param maxChannels how many channels there may be
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public RedisSettings {
		if (keyPrefix.isEmpty() || keyPrefix.contains("{") || keyPrefix.contains("}")) {
			throw new IllegalArgumentException("Key prefix must not be empty or have braces: " + keyPrefix);
		}
		if (commandTimeout.toMillis() < 1 || probeInterval.toMillis() < 1) {
			throw new IllegalArgumentException(
					"Command timeout and probe interval must be positive: " + commandTimeout + ", " + probeInterval);
		}
	}

}
