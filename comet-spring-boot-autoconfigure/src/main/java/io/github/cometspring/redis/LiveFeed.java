package io.github.cometspring.redis;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * The live feed of a channel on this node. A message that this node has published for a
 * delivery is emitted together with the delivery, which is found by the nonce of the
 * message.
 * <p>
 * Not thread-safe except for {@link #flux()}: the {@link LocalLog} guards it.
 */
final class LiveFeed {

	private final Sinks.Many<Publication> sink = Sinks.unsafe().many().multicast().directBestEffort();

	private final Map<String, Awaited> awaited = new HashMap<>();

	/**
	 * The events from now on.
	 */
	Flux<Publication> flux() {
		return this.sink.asFlux();
	}

	boolean hasSubscribers() {
		return this.sink.currentSubscriberCount() > 0;
	}

	/**
	 * Emits a message, with its delivery if there is one on this node.
	 * @param message the message
	 * @param nonce the nonce of the message, or empty
	 */
	void emit(Message message, String nonce) {
		emit(message, take(nonce));
	}

	/**
	 * Emits those messages for which deliveries of this node wait.
	 */
	void emitAwaited(List<LogAnswer.Entry> entries) {
		for (LogAnswer.Entry entry : entries) {
			Delivery delivery = take(entry.nonce());
			if (delivery != null) {
				emit(entry.message(), delivery);
			}
		}
	}

	private @Nullable Delivery take(String nonce) {
		Awaited taken = nonce.isEmpty() ? null : this.awaited.remove(nonce);
		return (taken != null) ? taken.delivery : null;
	}

	private void emit(Message message, @Nullable Delivery delivery) {
		this.sink.tryEmitNext(new Publication(message, delivery));
		if (delivery != null) {
			delivery.accepted(message.position());
		}
	}

	/**
	 * Emits a change without a message.
	 */
	void emitChange() {
		this.sink.tryEmitNext(Publication.CHANGE);
	}

	void complete() {
		this.sink.tryEmitComplete();
	}

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
	 * Removes the delivery of a message that could not be published, or for which no one
	 * waits any more.
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
	 * Removes and accepts the deliveries of published messages that will not be emitted.
	 * @param lost whether the message at a position will not be emitted
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
