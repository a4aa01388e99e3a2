package io.github.cometspring.foreign;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.github.cometspring.channel.BrokerState;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.ChannelSummaries;
import io.github.cometspring.channel.ChannelSummary;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.foreign.ForeignCluster.Entry;
import io.github.cometspring.foreign.ForeignCluster.Snapshot;
import io.github.cometspring.foreign.ForeignCluster.Stored;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * One node of a cluster. Its feed brings messages in order, with a delay, and may drop
 * some. A lost message is noticed with the next one, or by the periodic check of the
 * copies. A test may hold the feed.
 */
final class ForeignBroker implements ChannelBroker, Disposable {

	private static final Duration CHECK = Duration.ofMillis(100);

	private final ForeignCluster cluster;

	private final Map<Long, ForeignLog> logs = new ConcurrentHashMap<>();

	private final Queue<Arrival> arriving = new ArrayDeque<>();

	private final Scheduler.Worker feed;

	private final Disposable checks;

	private boolean held;

	private Predicate<@Nullable Entry> dropped = (entry) -> false;

	ForeignBroker(ForeignCluster cluster, Scheduler network) {
		this.cluster = cluster;
		this.feed = network.createWorker();
		this.checks = network.schedulePeriodically(this::check, CHECK.toMillis(), CHECK.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	// The feed

	/**
	 * Takes an entry from another thread of the network.
	 */
	void enqueue(ForeignLog log, @Nullable Entry entry) {
		synchronized (this.arriving) {
			if (this.cluster.isAway() || this.dropped.test(entry)) {
				return;
			}
			this.arriving.add(new Arrival(log, entry));
		}
		this.feed.schedule(this::arrive, 200, TimeUnit.MICROSECONDS);
	}

	private void arrive() {
		while (true) {
			Arrival next;
			synchronized (this.arriving) {
				next = this.held ? null : this.arriving.poll();
			}
			if (next == null) {
				return;
			}
			next.log.receive(next.entry);
		}
	}

	/**
	 * Holds all entries until {@link #release()}, so that the copies of this node lag
	 * behind.
	 */
	void hold() {
		synchronized (this.arriving) {
			this.held = true;
		}
	}

	void release() {
		synchronized (this.arriving) {
			this.held = false;
		}
		this.feed.schedule(this::arrive);
	}

	/**
	 * Drops entries of the feed.
	 */
	void drop(Predicate<@Nullable Entry> dropped) {
		synchronized (this.arriving) {
			this.dropped = dropped;
		}
	}

	boolean isHeld() {
		synchronized (this.arriving) {
			return this.held;
		}
	}

	private void check() {
		if (!isHeld()) {
			this.logs.values().stream().filter(ForeignLog::isFollowed).forEach(ForeignLog::catchUp);
		}
	}

	/**
	 * The only object of a channel.
	 */
	private ForeignLog log(Stored stored) {
		return this.logs.computeIfAbsent(stored.serial, (serial) -> new ForeignLog(this.cluster, stored, this));
	}

	// The broker

	@Override
	public Mono<ChannelLog> create(String id, ChannelSettings settings) {
		return this.cluster.<Stored>call(() -> this.cluster.create(id, settings)).map(this::log);
	}

	@Override
	public Mono<ChannelLog> obtain(String id, ChannelSettings settings) {
		return this.cluster.<Stored>call(() -> this.cluster.obtain(id, settings)).map(this::log);
	}

	@Override
	public Mono<ChannelLog> find(String id) {
		return this.cluster.<Stored>call(() -> this.cluster.find(id)).map(this::log);
	}

	@Override
	public Mono<Map<String, ChannelLog>> findAll(Map<String, Cursor> starts) {
		return this.cluster.<List<Found>>call(() -> findThere(starts)).map((all) -> {
			Map<String, ChannelLog> logs = new HashMap<>();
			for (Found found : all) {
				found.log.prepared(found.snapshot);
				logs.put(found.log.id(), found.log);
			}
			return logs;
		});
	}

	private List<Found> findThere(Map<String, Cursor> starts) {
		List<Found> all = new ArrayList<>();
		starts.forEach((id, start) -> {
			Stored stored = this.cluster.find(id);
			if (stored == null && start.knows(id)) {
				stored = this.cluster.findClosed(id);
			}
			if (stored != null) {
				ForeignLog log = log(stored);
				all.add(new Found(log, log.follow()));
			}
		});
		return all;
	}

	@Override
	public Mono<Boolean> close(String id) {
		return this.cluster.call(() -> this.cluster.close(id));
	}

	@Override
	public Flux<ChannelLog> list() {
		return this.cluster.<List<Stored>>call(this.cluster::list).flatMapIterable((all) -> all).map(this::log);
	}

	@Override
	public Mono<ChannelSummary> summary(String id) {
		return this.cluster.<Stored>call(() -> this.cluster.find(id)).map(this::summary);
	}

	@Override
	public Mono<ChannelSummaries> summaries(String prefix, long skip, int most) {
		return this.cluster.<List<Stored>>call(this.cluster::list).map((all) -> {
			List<Stored> matching = all.stream().filter((stored) -> stored.id.startsWith(prefix)).toList();
			return new ChannelSummaries(matching.stream().skip(skip).limit(most).map(this::summary).toList(),
					matching.size());
		});
	}

	private ChannelSummary summary(Stored stored) {
		ForeignLog log = this.logs.get(stored.serial);
		return new ChannelSummary(stored.id, stored.settings, stored.top(), stored.retained(),
				(log != null) ? log.subscribers() : 0);
	}

	@Override
	public Mono<BrokerState> state() {
		return this.cluster.call(this.cluster::state);
	}

	@Override
	public void dispose() {
		this.checks.dispose();
		this.feed.dispose();
	}

	private record Arrival(ForeignLog log, @Nullable Entry entry) {
	}

	private record Found(ForeignLog log, Snapshot snapshot) {
	}

}
