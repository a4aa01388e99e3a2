package io.github.cometspring.subscription;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Counts the clients that are connected, and enforces the limit. Thread-safe.
 */
final class ConnectionLimit {

	private final @Nullable Integer limit;

	private final AtomicInteger taken = new AtomicInteger();

	private final AtomicIntegerArray takenByTransport = new AtomicIntegerArray(Transport.values().length);

	ConnectionLimit(@Nullable Integer limit) {
		this.limit = limit;
	}

	/**
	 * Takes a slot.
	 * @param transport the transport of the client
	 * @throws SubscriptionRejectedException if no slot is free
	 */
	void take(Transport transport) {
		Integer limit = this.limit;
		if (limit == null) {
			this.taken.incrementAndGet();
		}
		else if (this.taken.getAndUpdate((used) -> Math.min(used + 1, limit)) >= limit) {
			throw SubscriptionRejectedException.of(Reason.TOO_MANY_CONNECTIONS,
					"%d of %d connections in use (comet.max-connections)".formatted(limit, limit));
		}
		this.takenByTransport.incrementAndGet(transport.ordinal());
	}

	void release(Transport transport) {
		this.taken.decrementAndGet();
		this.takenByTransport.decrementAndGet(transport.ordinal());
	}

	int taken(Transport transport) {
		return this.takenByTransport.get(transport.ordinal());
	}

}
