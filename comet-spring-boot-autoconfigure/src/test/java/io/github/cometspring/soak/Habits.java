package io.github.cometspring.soak;

import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * How the clients of a crowd behave.
 *
 * @param steady whether they stay on their connections
 * @param beat the timeout of polls and the interval of heartbeats of the server
 * @param longestLife how long they stay on a connection at the most, if they are not
 * steady
 * @param longestPause how long they pause after a connection at the most
 * @param headers gives the header lines of each request, each line with its end. For
 * tokens that expire
 * @param latency gets the time from the publication of each message to its arrival, in
 * nanoseconds
 */
record Habits(boolean steady, Duration beat, Duration longestLife, Duration longestPause, Supplier<String> headers,
		LongConsumer latency) {

	/**
	 * Clients that come and go.
	 */
	static Habits restless(Duration beat, Duration longestLife) {
		return new Habits(false, beat, longestLife, beat, () -> "", (nanos) -> {
			// Nobody wants to know.
		});
	}

	/**
	 * Clients that stay.
	 */
	static Habits steady(Duration beat, LongConsumer latency) {
		return new Habits(true, beat, beat, Duration.ofMillis(10), () -> "", latency);
	}

}
