package io.github.cometspring.redis;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of one channel whose messages have yet to come by the feed, each by the
 * nonce that its message bears. Not thread-safe: its owner guards it.
 */
final class AwaitedDeliveries {

	private final Map<String, Awaited> awaited = new HashMap<>();

	/**
	 * Awaits a message that is about to be published.
	 * @param nonce what it bears
	 * @return its delivery
	 */
	Delivery await(String nonce) {
		Awaited added = new Awaited();
		this.awaited.put(nonce, added);
		return added.delivery;
	}

	/**
	 * Awaits a message no more.
	 */
	void forget(String nonce) {
		this.awaited.remove(nonce);
	}

	/**
	 * Notes where a message is.
	 */
	void locate(String nonce, Position position) {
		Awaited there = this.awaited.get(nonce);
		if (there != null) {
			there.position = position;
		}
	}

	/**
	 * Takes the delivery of a message that has come.
	 * @param nonce what it bears, or empty
	 * @return the delivery, or {@code null} if nobody here waits for it
	 */
	@Nullable Delivery take(String nonce) {
		Awaited taken = nonce.isEmpty() ? null : this.awaited.remove(nonce);
		return (taken != null) ? taken.delivery : null;
	}

	/**
	 * Settles the deliveries of messages that never came and never will.
	 * @param over whether a message at a position is such a one
	 */
	void settle(Predicate<Position> over) {
		this.awaited.values().removeIf((candidate) -> {
			Position position = candidate.position;
			if (position == null || !over.test(position)) {
				return false;
			}
			candidate.delivery.accepted(position);
			return true;
		});
	}

	private static final class Awaited {

		private final Delivery delivery = new Delivery();

		private @Nullable Position position;

	}

}
