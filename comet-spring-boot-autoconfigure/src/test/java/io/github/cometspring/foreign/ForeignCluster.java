package io.github.cometspring.foreign;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.cometspring.channel.BrokerState;
import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.DuplicateChannelException;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.TooManyChannelsException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The store behind the network: the channels of all nodes. It can become unavailable and
 * lose data. Brokers use it by {@linkplain #call calls}; the other methods are for calls
 * and tests. Thread-safe; the lock is this object.
 */
final class ForeignCluster {

	/**
	 * The number of messages that are kept for nodes that fall behind, however small the
	 * history is.
	 */
	static final int TAIL = 64;

	private final @Nullable Integer limit;

	private final Scheduler network;

	private final Map<String, Stored> living = new TreeMap<>();

	private final Map<String, Stored> closed = new HashMap<>();

	private final AtomicInteger calls = new AtomicInteger();

	private long lives;

	private volatile boolean away;

	private volatile Supplier<Duration> latency = () -> Duration.ofNanos(ThreadLocalRandom.current().nextInt(500_000));

	ForeignCluster(@Nullable Integer limit, Scheduler network) {
		this.limit = limit;
		this.network = network;
	}

	/**
	 * Runs a function on the cluster. The answer comes later, on a thread of the network.
	 */
	<T> Mono<T> call(Callable<? extends @Nullable T> operation) {
		return Mono.defer(() -> {
			this.calls.incrementAndGet();
			return Mono.delay(this.latency.get(), this.network);
		}).<T>flatMap((tick) -> {
			if (this.away) {
				return Mono.error(new BrokerUnavailableException(new IOException("No route to host")));
			}
			return Mono.<T>fromCallable(operation::call);
		});
	}

	int calls() {
		return this.calls.get();
	}

	void setAway(boolean away) {
		this.away = away;
	}

	boolean isAway() {
		return this.away;
	}

	void setLatency(Duration latency) {
		this.latency = () -> latency;
	}

	synchronized Stored create(String id, ChannelSettings settings) {
		if (this.living.containsKey(id)) {
			throw new DuplicateChannelException(id);
		}
		if (this.limit != null && this.living.size() >= this.limit) {
			throw new TooManyChannelsException(id, this.limit);
		}
		Stored stored = new Stored(id, ++this.lives, settings);
		this.living.put(id, stored);
		return stored;
	}

	synchronized Stored obtain(String id, ChannelSettings settings) {
		Stored stored = this.living.get(id);
		return (stored != null) ? stored : create(id, settings);
	}

	synchronized @Nullable Stored find(String id) {
		return this.living.get(id);
	}

	synchronized @Nullable Stored findClosed(String id) {
		return this.closed.get(id);
	}

	synchronized List<Stored> list() {
		return new ArrayList<>(this.living.values());
	}

	synchronized BrokerState state() {
		long retained = this.living.values().stream().mapToLong(Stored::retained).sum();
		return new BrokerState(this.living.size(), retained, this.limit);
	}

	synchronized Position append(Stored stored, String data, @Nullable String nonce) {
		if (stored.closed) {
			throw new ChannelClosedException(stored.id);
		}
		Entry entry = new Entry(new Position(stored.epoch, ++stored.top), data, nonce);
		stored.entries.add(entry);
		if (stored.entries.size() > Math.max(TAIL, stored.settings.historySize())) {
			stored.entries.remove(0);
		}
		stored.announce(entry);
		return entry.position;
	}

	synchronized boolean close(Stored stored) {
		boolean closing = !stored.closed;
		if (closing) {
			stored.closed = true;
			this.living.remove(stored.id);
			this.closed.put(stored.id, stored);
			stored.announce(null);
		}
		return closing;
	}

	synchronized boolean close(String id) {
		Stored stored = this.living.get(id);
		return stored != null && close(stored);
	}

	/**
	 * Loses all messages of a channel, as a server does that restarts without its data.
	 * The channel continues with another epoch.
	 * @param tell whether the nodes are notified
	 */
	synchronized void forget(String id, boolean tell) {
		Stored stored = Objects.requireNonNull(this.living.get(id));
		stored.generation++;
		stored.epoch = Stored.newEpoch();
		stored.top = 0;
		stored.entries.clear();
		if (tell) {
			stored.announce(null);
		}
	}

	/**
	 * Loses messages of a channel, but keeps its newest offset.
	 */
	synchronized void trim(String id, boolean tell) {
		Stored stored = Objects.requireNonNull(this.living.get(id));
		stored.entries.clear();
		if (tell) {
			stored.announce(null);
		}
	}

	/**
	 * The messages of a channel after a position. From now on a feed receives new ones.
	 */
	synchronized Snapshot follow(Stored stored, Position after, @Nullable Feed feed) {
		if (feed != null && !stored.feeds.contains(feed)) {
			stored.feeds.add(feed);
		}
		List<Entry> entries = stored.entries.stream().filter((entry) -> !after.covers(entry.position)).toList();
		return new Snapshot(stored.generation, new Position(stored.epoch, stored.top), entries, stored.closed);
	}

	/**
	 * Receives entries that are appended; {@code null} is a change without a message.
	 */
	interface Feed {

		void announce(@Nullable Entry entry);

	}

	record Entry(Position position, String data, @Nullable String nonce) {
	}

	/**
	 * The state of a channel at some moment.
	 *
	 * @param generation the number of epochs before this one
	 * @param top the position of the newest message
	 * @param entries the messages after the requested position, as far as they are kept
	 * @param closed whether the channel has ended
	 */
	record Snapshot(int generation, Position top, Collection<Entry> entries, boolean closed) {
	}

	/**
	 * A channel, from its creation to its end.
	 */
	static final class Stored {

		final String id;

		final long serial;

		final ChannelSettings settings;

		private final List<Entry> entries = new ArrayList<>();

		private final List<Feed> feeds = new ArrayList<>();

		private int generation;

		private long epoch = newEpoch();

		private long top;

		private boolean closed;

		private Stored(String id, long serial, ChannelSettings settings) {
			this.id = id;
			this.serial = serial;
			this.settings = settings;
		}

		private static long newEpoch() {
			return ThreadLocalRandom.current().nextLong(1, Position.MAX_EPOCH + 1);
		}

		private void announce(@Nullable Entry entry) {
			this.feeds.forEach((feed) -> feed.announce(entry));
		}

		int retained() {
			return Math.min(this.entries.size(), this.settings.historySize());
		}

		/**
		 * The position of the newest message at an earlier moment.
		 */
		Position top() {
			return new Position(this.epoch, this.top);
		}

	}

}
