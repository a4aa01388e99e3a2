package io.github.cometspring.redis;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a node uses Redis.
 *
 * @param keyPrefix the beginning of all keys and feeds; not empty, without braces
 * @param commandTimeout how long to wait for an answer of Redis; at least a millisecond
 * @param probeInterval time between two checks that the node receives what is published;
 * at least a millisecond
 * @param maxChannels the limit of channels on all nodes together, or {@code null} for no
 * limit
 * @since 0.1.0
 */
public record RedisSettings(String keyPrefix, Duration commandTimeout, Duration probeInterval,
		@Nullable Integer maxChannels) {

	/**
	 * Creates settings.
	 * @param keyPrefix the beginning of all keys and feeds
	 * @param commandTimeout how long to wait for an answer of Redis
	 * @param probeInterval time between two checks that the node receives what is
	 * published
	 * @param maxChannels the limit of channels on all nodes together, or {@code null} for
	 * no limit
	 * @throws IllegalArgumentException if the prefix is empty or has braces, or if a time
	 * is shorter than a millisecond
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
