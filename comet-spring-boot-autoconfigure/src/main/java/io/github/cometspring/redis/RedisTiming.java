package io.github.cometspring.redis;

import java.time.Duration;

/**
 * When a node does what nobody asks it for. Tests make these short.
 *
 * @param probe how much time there is between two proofs that the feed is alive
 * @param check how much time there is between two looks at a channel of which nothing is
 * heard
 * @param sweep how much time there is between two reports of what is used
 * @param linger how long a channel is followed that nobody listens to
 * @param firstRetry how long it takes at the most until a broken connection is made anew
 * @param longestRetry how long that takes at the most after several failures
 */
record RedisTiming(Duration probe, Duration check, Duration sweep, Duration linger, Duration firstRetry,
		Duration longestRetry) {

	/**
	 * The times that a server goes by.
	 */
	static RedisTiming of(RedisSettings settings) {
		return new RedisTiming(settings.probeInterval(), settings.probeInterval().multipliedBy(6),
				Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofMillis(100), Duration.ofSeconds(1));
	}

}
