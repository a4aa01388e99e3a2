package io.github.cometspring.typed;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * When a source that is {@linkplain TypedChannel#bind(Flux, BindOptions) bound} to a
 * channel begins and ends. The names are those of Reactor's {@code ConnectableFlux}, with
 * clients of the channel in the place of subscribers.
 *
 * @param minSubscribers how many clients must listen before the source is subscribed to;
 * with 0 that is at once
 * @param gracePeriod how long nobody may listen before the source is cancelled and the
 * channel is closed, at most 365 days, or {@code null} if the source goes on without
 * listeners. Longer than a page takes to reload, and than a client is away between two
 * polls: a hidden page with an event stream or polls asks once a minute
 * @since 0.1.0
 */
public record BindOptions(int minSubscribers, @Nullable Duration gracePeriod) {

	private static final Duration LONGEST = Duration.ofDays(365);

	/**
	 * Creates options.
	 * @param minSubscribers how many clients must listen before the source begins
	 * @param gracePeriod how long nobody may listen before it ends
	 * @throws IllegalArgumentException if the number is negative, or the time is out of
	 * its range
	 */
	public BindOptions {
		if (minSubscribers < 0) {
			throw new IllegalArgumentException("Number of subscribers must not be negative: " + minSubscribers);
		}
		if (gracePeriod != null
				&& (gracePeriod.isZero() || gracePeriod.isNegative() || gracePeriod.compareTo(LONGEST) > 0)) {
			throw new IllegalArgumentException("Grace period must be positive and at most 365 days: " + gracePeriod);
		}
	}

	/**
	 * The source begins with the first listener, and ends by itself.
	 * @return the options
	 */
	public static BindOptions autoConnect() {
		return autoConnect(1);
	}

	/**
	 * The source begins when so many listen, and ends by itself.
	 * @param minSubscribers how many; 0 to begin at once
	 * @return the options
	 * @throws IllegalArgumentException if it is negative
	 */
	public static BindOptions autoConnect(int minSubscribers) {
		return new BindOptions(minSubscribers, null);
	}

	/**
	 * The source begins with the first listener, and ends when there has been none for a
	 * while.
	 * @param gracePeriod how long
	 * @return the options
	 * @throws IllegalArgumentException if it is out of its range
	 */
	public static BindOptions refCount(Duration gracePeriod) {
		return refCount(1, gracePeriod);
	}

	/**
	 * The source begins when so many listen, and ends when there has been no listener for
	 * a while.
	 * @param minSubscribers how many; 0 to begin at once
	 * @param gracePeriod how long
	 * @return the options
	 * @throws IllegalArgumentException if the number is negative, or the time is out of
	 * its range
	 */
	public static BindOptions refCount(int minSubscribers, Duration gracePeriod) {
		return new BindOptions(minSubscribers, gracePeriod);
	}

}
