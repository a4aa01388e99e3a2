package io.github.cometspring.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

import org.awaitility.Awaitility;

/**
 * Waits for conditions, and looks often.
 */
public final class Await {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final Duration INTERVAL = Duration.ofMillis(2);

	private Await() {
	}

	/**
	 * Waits until a condition holds, 30 seconds at the most.
	 * @param condition the condition
	 */
	public static void until(Callable<Boolean> condition) {
		within(PATIENCE, condition);
	}

	/**
	 * Waits until a condition holds.
	 * @param time the longest time to wait
	 * @param condition the condition
	 */
	public static void within(Duration time, Callable<Boolean> condition) {
		Awaitility.await().pollDelay(Duration.ZERO).pollInterval(INTERVAL).atMost(time).until(condition);
	}

}
