package io.github.cometspring.redis;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.github.cometspring.redis.RedisChannelLog.Confirmation;
import io.github.cometspring.redis.RedisRegistry.Known;

/**
 * The logs that this node follows. After a reconnect they are read again. If Redis may
 * have lost the registry, the channels that it lacks are registered again.
 * <p>
 * Thread-safe.
 */
final class FollowedLogs {

	/** How many logs are read concurrently after a reconnect. */
	private static final int CONCURRENT_READS = 64;

	/** How many channels one call looks up in the registry. */
	private static final int CHECKED_AT_A_TIME = 64;

	private final RedisNode node;

	private final RedisRegistry registry;

	private final Set<RedisChannelLog> logs = ConcurrentHashMap.newKeySet();

	private final CatchUp check = new CatchUp(this::checkRegistrations);

	FollowedLogs(RedisNode node, RedisRegistry registry) {
		this.node = node;
		this.registry = registry;
		node.onChange(this::connectionChanged);
		node.probe().onAnswer(this::probed);
	}

	void add(RedisChannelLog log) {
		this.logs.add(log);
	}

	void remove(RedisChannelLog log) {
		this.logs.remove(log);
	}

	boolean contains(RedisChannelLog log) {
		return this.logs.contains(log);
	}

	void forEach(Consumer<RedisChannelLog> action) {
		this.logs.forEach(action);
	}

	private void connectionChanged() {
		this.registry.generation().connected(this.node.run());
		this.logs.forEach(RedisChannelLog::markStale);
		if (this.node.isSubscribed() && this.node.isConnected()) {
			catchUp(new ArrayList<>(this.logs));
			this.check.run();
		}
	}

	private void probed() {
		this.registry.generation().seen(this.node.probe().registryGeneration(), this.node.run());
		long maxSilence = this.node.timing().check().toNanos();
		catchUp(this.logs.stream().filter((log) -> log.needsRead(maxSilence)).toList());
		if (!this.logs.stream().allMatch(this::isRegistered)) {
			this.check.run();
		}
	}

	/**
	 * Makes logs read what they lack, a limited number at a time.
	 */
	private void catchUp(List<RedisChannelLog> logs) {
		Iterator<RedisChannelLog> all = logs.iterator();
		for (int i = 0; i < Math.min(CONCURRENT_READS, logs.size()); i++) {
			catchUpNext(all);
		}
	}

	private void catchUpNext(Iterator<RedisChannelLog> all) {
		RedisChannelLog log;
		synchronized (all) {
			if (!all.hasNext() || !this.node.isConnected()) {
				return;
			}
			log = all.next();
		}
		log.catchUp().whenComplete((done, ex) -> {
			try {
				// Not on this stack: the reads of many logs would nest.
				this.node.clock().schedule(() -> catchUpNext(all));
			}
			catch (RejectedExecutionException stopped) {
				// The server is shutting down.
			}
		});
	}

	/**
	 * Whether the registry has reported the channel, and cannot have lost it since.
	 */
	private boolean isRegistered(RedisChannelLog log) {
		Confirmation last = log.confirmation();
		// In a registry without a generation a later loss would not be noticed.
		return last.ended()
				|| (!last.generation().isEmpty() && this.registry.generation().isLatest(last.generation(), last.run()));
	}

	private CompletableFuture<Void> checkRegistrations() {
		return check(this.logs.stream().filter((log) -> !isRegistered(log)).toList());
	}

	private CompletableFuture<Void> check(List<RedisChannelLog> logs) {
		if (logs.isEmpty()) {
			return CompletableFuture.completedFuture(null);
		}
		List<RedisChannelLog> first = logs.subList(0, Math.min(CHECKED_AT_A_TIME, logs.size()));
		return this.registry.find(first.stream().map(RedisChannelLog::id).toList(), false)
			.thenCompose((found) -> CompletableFuture
				.allOf(first.stream().map((log) -> tryCheck(log, found)).toArray(CompletableFuture<?>[]::new)))
			.thenCompose((checked) -> check(logs.subList(first.size(), logs.size())));
	}

	/**
	 * Checks a log. If that fails, the next probe makes this node check it again, and the
	 * others do not wait for it.
	 */
	private CompletableFuture<?> tryCheck(RedisChannelLog log, Map<String, Known> found) {
		return check(log, found).handle((checked, ex) -> checked);
	}

	private CompletableFuture<?> check(RedisChannelLog log, Map<String, Known> found) {
		Known known = found.get(log.id());
		if (known == null || !log.isKnownAs(known) || known.confirmation().generation().isEmpty()) {
			return registerAgain(log);
		}
		Confirmation state = known.confirmation();
		if (state.ended()) {
			return log.closeCopy();
		}
		if (state.generation().equals(log.confirmation().generation())) {
			log.confirm(state);
			return CompletableFuture.completedFuture(null);
		}
		// Another node has registered it again, and its messages are lost.
		return log.catchUp().thenRun(() -> log.confirm(state));
	}

	/**
	 * Registers a channel again that the registry may have lost, unless it has ended.
	 * @return whether it exists
	 */
	CompletableFuture<Boolean> registerAgain(RedisChannelLog log) {
		// Its keys may be there, and tell that it has ended.
		return log.catchUp().thenCompose((read) -> {
			if (log.isClosed() || isRegistered(log)) {
				return CompletableFuture.completedFuture(!log.isClosed());
			}
			return this.registry.revive(log)
				.thenCompose((exists) -> exists ? CompletableFuture.completedFuture(true)
						: end(log).thenApply((ended) -> false));
		});
	}

	/**
	 * Closes a channel whose id is free or belongs to another one.
	 */
	private CompletableFuture<Void> end(RedisChannelLog log) {
		return this.registry.closer().close(log.registration(), false).thenCompose((freed) -> log.closeCopy());
	}

}
