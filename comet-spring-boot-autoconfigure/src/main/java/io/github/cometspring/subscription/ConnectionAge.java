package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

/**
 * The age of the connection of one stream or WebSocket, counted from its first
 * subscription. When the maximum is reached, the current subscription ends, or the next
 * one if there is none at the moment. Confined to the client's event loop, except for
 * {@link #close()}.
 */
final class ConnectionAge extends DeadlineQueue.Entry {

	/**
	 * The number of different maximums. Each has a deadline queue of its own on each
	 * loop.
	 */
	private static final int STEPS = 64;

	/**
	 * The smallest maximum in relation to the configured one; the largest is as far from
	 * it.
	 */
	private static final double SMALLEST = 0.9;

	private final LoopSubscriptions home;

	private final Duration maximum;

	private @Nullable ClientSubscription subscription;

	/**
	 * Whether the time is being counted, or is not to be counted any more.
	 */
	private boolean counted;

	private boolean reached;

	/**
	 * Creates the age of a connection.
	 * @param home the loop of the client
	 * @param maximum the configured maximum, from which that of the client differs by up
	 * to a tenth, so that clients that came together do not end together
	 */
	ConnectionAge(LoopSubscriptions home, Duration maximum) {
		this.home = home;
		double step = ThreadLocalRandom.current().nextInt(STEPS) / (STEPS - 1.0);
		double factor = SMALLEST + 2 * (1 - SMALLEST) * step;
		this.maximum = Duration.ofNanos(Math.max(1, (long) (maximum.toNanos() * factor)));
	}

	/**
	 * Notes that a subscription of the client begins, which replaces the previous one.
	 * @param subscription the subscription
	 * @return why it is to end at once, or {@code null} if it is not
	 */
	@Nullable Ending begin(ClientSubscription subscription) {
		this.subscription = subscription;
		if (!this.counted) {
			this.counted = true;
			this.home.defer(this, this.maximum);
		}
		return this.reached ? Ending.AGED : null;
	}

	@Override
	void expire() {
		this.reached = true;
		if (this.subscription != null) {
			this.subscription.end(Ending.AGED);
		}
	}

	/**
	 * Ends the count, because the client is no longer connected. Called on any thread.
	 */
	void close() {
		OnLoop.run(this.home.loop(), () -> {
			this.counted = true;
			this.subscription = null;
			unlink();
		});
	}

}
