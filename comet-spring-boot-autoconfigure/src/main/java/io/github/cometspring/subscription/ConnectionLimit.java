package io.github.cometspring.subscription;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Counts the clients that are connected, and enforces the limits: that of all clients,
 * and those of each address and user. Thread-safe.
 */
final class ConnectionLimit {

	private final @Nullable Integer limit;

	private final ClientQuotas quotas;

	private final AtomicInteger taken = new AtomicInteger();

	private final AtomicIntegerArray takenByTransport = new AtomicIntegerArray(Transport.values().length);

	ConnectionLimit(SubscriptionLimits limits) {
		this.limit = limits.maxConnections();
		this.quotas = new ClientQuotas(limits.maxPerAddress(), limits.maxPerUser());
	}

	ClientQuotas quotas() {
		return this.quotas;
	}

	/**
	 * Takes a slot.
	 * @param transport the transport of the client
	 * @param address provides the address of the client, or {@code null} if it is not
	 * known
	 * @return what else the client has taken, to be released with the slot, or
	 * {@code null} for nothing
	 * @throws SubscriptionRejectedException if no slot is free
	 */
	@Nullable ClientQuota take(Transport transport, @Nullable ClientAddress address) {
		ClientQuota quota = this.quotas.take(address);
		Integer limit = this.limit;
		if (limit == null) {
			this.taken.incrementAndGet();
		}
		else if (this.taken.getAndUpdate((used) -> Math.min(used + 1, limit)) >= limit) {
			if (quota != null) {
				quota.release();
			}
			throw SubscriptionRejectedException.of(Reason.TOO_MANY_CONNECTIONS,
					"%d of %d connections in use (comet.max-connections)".formatted(limit, limit));
		}
		this.takenByTransport.incrementAndGet(transport.ordinal());
		return quota;
	}

	void release(Transport transport) {
		this.taken.decrementAndGet();
		this.takenByTransport.decrementAndGet(transport.ordinal());
	}

	int taken(Transport transport) {
		return this.takenByTransport.get(transport.ordinal());
	}

}
