package io.github.cometspring.redis;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of one channel whose messages have not arrived on this node yet, by the
 * nonce of the message. Not thread-safe: its owner guards it.
 */
final class AwaitedDeliveries {

	private final Map<String, Awaited> awaited = new HashMap<>();

	/**
	 * Adds a delivery, before its message is published.
	 * @param nonce the nonce of the message
	 * @return the delivery
	 */
	Delivery await(String nonce) {
		Awaited added = new Awaited();
		this.awaited.put(nonce, added);
		return added.delivery;
	}

	/**
	 * Removes the delivery of a message that could not be published.
	 */
	void forget(String nonce) {
		this.awaited.remove(nonce);
	}

	/**
	 * Sets the position of a message that has been published.
	 */
	void published(String nonce, Position position) {
		Awaited published = this.awaited.get(nonce);
		if (published != null) {
			published.position = position;
		}
	}

	/**
	 * Removes the delivery of a message that has arrived.
	 * @param nonce the nonce of the message, or empty
	 * @return the delivery, or {@code null} if this node does not wait for it
	 */
	@Nullable Delivery take(String nonce) {
		Awaited taken = nonce.isEmpty() ? null : this.awaited.remove(nonce);
		return (taken != null) ? taken.delivery : null;
	}

	/**
	 * Removes and accepts the deliveries of published messages that will not arrive.
	 * @param lost whether the message at a position will not arrive
	 */
	void settle(Predicate<Position> lost) {
		this.awaited.values().removeIf((candidate) -> {
			Position position = candidate.position;
			if (position == null || !lost.test(position)) {
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
