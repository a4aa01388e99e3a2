package io.github.cometspring.channel;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Remembers the publications that this node has made with a {@link OnceKey}, for brokers
 * that do not remember them. It keeps a number of keys at most, and forgets the oldest
 * ones first.
 * <p>
 * Thread-safe. The map is guarded by this object, and each publication sets the state of
 * its own entry.
 */
final class OnceMemory {

	/**
	 * How many keys are kept: some 30 MB.
	 */
	static final int MAX_KEYS = 100_000;

	private final LongSupplier nanoTime;

	private final int maxKeys;

	private final Map<Id, Entry> entries = new LinkedHashMap<>();

	/**
	 * Creates a memory.
	 * @param nanoTime the time in nanoseconds, which never goes back
	 * @param maxKeys how many keys are kept
	 */
	OnceMemory(LongSupplier nanoTime, int maxKeys) {
		this.nanoTime = nanoTime;
		this.maxKeys = maxKeys;
	}

	/**
	 * Publishes a message, unless one has been published with its key.
	 * @param channel the id of the channel
	 * @param life distinguishes the channel from others that have had its id; kept as
	 * long as the key
	 * @param key the key
	 * @param data the text of the message
	 * @param publication publishes the message
	 * @return the position, or the error of the publication, {@link KeyReusedException},
	 * {@link KeyInUseException}, or {@link KeyOutcomeUnknownException} if the outcome of
	 * the first publication is unknown
	 */
	Mono<OnceOutcome> publish(String channel, Object life, OnceKey key, String data, Mono<Position> publication) {
		return Mono.defer(() -> {
			Id id = new Id(channel, life, key.text());
			long now = this.nanoTime.getAsLong();
			String fingerprint = OnceKey.fingerprint(data);
			Entry mine = new Entry(fingerprint, now + key.validity().toNanos());
			Entry known = putIfAbsent(id, mine, now);
			if (known != null) {
				return Mono.fromCallable(() -> known.outcome(channel, fingerprint));
			}
			return publication.map(mine::published)
				.doOnError((ex) -> failed(id, mine, ex))
				// It may be published yet.
				.doOnCancel(mine::forsaken);
		});
	}

	private synchronized @Nullable Entry putIfAbsent(Id id, Entry entry, long now) {
		Entry known = this.entries.get(id);
		if (known != null && known.expiry - now > 0) {
			return known;
		}
		this.entries.remove(id);
		this.entries.put(id, entry);
		Iterator<Entry> eldest = this.entries.values().iterator();
		while (eldest.hasNext()) {
			if (eldest.next().expiry - now > 0 && this.entries.size() <= this.maxKeys) {
				break;
			}
			eldest.remove();
		}
		return null;
	}

	private void failed(Id id, Entry entry, Throwable error) {
		boolean unpublished = error instanceof ChannelException
				&& !(error instanceof BrokerUnavailableException unavailable && unavailable.isOutcomeUnknown());
		if (unpublished) {
			synchronized (this) {
				this.entries.remove(id, entry);
			}
		}
		else {
			entry.forsaken();
		}
	}

	synchronized int size() {
		return this.entries.size();
	}

	/**
	 * Identifies a publication.
	 *
	 * @param channel the id of the channel
	 * @param life distinguishes the channel from others that have had its id
	 * @param key the text of the key
	 */
	private record Id(String channel, Object life, String key) {

	}

	/**
	 * A publication. It has the fingerprint of its text, against keys that are used twice
	 * by mistake, and not the text itself.
	 */
	private static final class Entry {

		private final String fingerprint;

		private final long expiry;

		private volatile @Nullable Position position;

		/**
		 * Whether it has ended, and nobody knows how.
		 */
		private volatile boolean unknown;

		private Entry(String fingerprint, long expiry) {
			this.fingerprint = fingerprint;
			this.expiry = expiry;
		}

		private OnceOutcome published(Position position) {
			this.position = position;
			return new OnceOutcome(position, false);
		}

		private void forsaken() {
			this.unknown = true;
		}

		/**
		 * The outcome for those who publish again.
		 */
		private OnceOutcome outcome(String channel, String fingerprint) {
			if (!fingerprint.equals(this.fingerprint)) {
				throw new KeyReusedException(channel);
			}
			Position position = this.position;
			if (position != null) {
				return new OnceOutcome(position, true);
			}
			if (this.unknown) {
				throw new KeyOutcomeUnknownException();
			}
			throw new KeyInUseException(channel);
		}

	}

}
