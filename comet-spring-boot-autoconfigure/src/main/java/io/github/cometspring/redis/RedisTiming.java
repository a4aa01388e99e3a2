package io.github.cometspring.redis;

import java.time.Duration;

/**
 * The intervals of a node's periodic work. Tests make them short.
 *
 * @param probe time between two probes, which check that the node receives what is
 * published
 * @param check how long a followed channel may receive nothing before it is read again
 * @param sweep time between two reports of the channels that are used
 * @param linger how long a channel without readers is still followed
 * @param firstRetry longest delay before the first attempt to reconnect
 * @param longestRetry longest delay before further attempts
 */
record RedisTiming(Duration probe, Duration check, Duration sweep, Duration linger, Duration firstRetry,
		Duration longestRetry) {

	/**
	 * The intervals of a server in production.
	 */
	static RedisTiming of(RedisSettings settings) {
		return new RedisTiming(settings.probeInterval(), settings.probeInterval().multipliedBy(6),
				Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofMillis(100), Duration.ofSeconds(1));
	}

}
