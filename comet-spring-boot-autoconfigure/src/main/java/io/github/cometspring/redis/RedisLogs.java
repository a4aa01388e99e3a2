package io.github.cometspring.redis;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.redis.RedisChannelLog.Confirmation;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * The logs that somebody on this node holds, and those that it follows. What is not
 * followed and not held is let go.
 * <p>
 * Thread-safe.
 */
final class RedisLogs implements Disposable {

	/** How many logs are read at a time when the feed has been replaced. */
	private static final int AT_A_TIME = 64;

	private final RedisNode node;

	private final RedisRegistry registry;

	private final Map<String, WeakReference<RedisChannelLog>> held = new ConcurrentHashMap<>();

	private final Set<RedisChannelLog> followed = ConcurrentHashMap.newKeySet();

	private final Map<String, RedisChannelLog> followedByName = new ConcurrentHashMap<>();

	private final Set<String> used = ConcurrentHashMap.newKeySet();

	private final Disposable upkeep;

	private long swept = System.nanoTime();

	RedisLogs(RedisNode node, RedisRegistry registry) {
		this.node = node;
		this.registry = registry;
		node.onChange(this::restored);
		node.probe().onAnswer(this::probed);
		long interval = node.timing().sweep().toMillis();
		this.upkeep = node.clock().schedulePeriodically(this::sweep, interval, interval, TimeUnit.MILLISECONDS);
	}

	/**
	 * The one object of a channel.
	 * @param registration what the registry knows
	 * @param confirmation when it was told
	 * @return the log
	 */
	RedisChannelLog log(Registration registration, Confirmation confirmation) {
		String instance = registration.instance();
		while (true) {
			WeakReference<RedisChannelLog> reference = this.held.get(instance);
			RedisChannelLog log = (reference != null) ? reference.get() : null;
			// One that has ended here lives again where Redis has forgotten the end.
			if (log != null && (confirmation.ended() || !log.isClosed())) {
				log.confirm(confirmation);
				return log;
			}
			RedisChannelLog created = new RedisChannelLog(registration, this, this.node, confirmation);
			WeakReference<RedisChannelLog> next = new WeakReference<>(created);
			if ((reference != null) ? this.held.replace(instance, reference, next)
					: this.held.putIfAbsent(instance, next) == null) {
				return created;
			}
		}
	}

	/**
	 * The log of a living channel, if this node follows it and would have heard of its
	 * end.
	 */
	@Nullable RedisChannelLog fresh(String id) {
		RedisChannelLog log = this.followedByName.get(id);
		return (log != null && !log.isClosed() && log.isFresh()) ? log : null;
	}

	void followed(RedisChannelLog log) {
		this.followed.add(log);
		if (!log.confirmation().ended()) {
			this.followedByName.put(log.id(), log);
		}
	}

	void unfollowed(RedisChannelLog log) {
		this.followed.remove(log);
		this.followedByName.remove(log.id(), log);
	}

	/**
	 * Notes that a channel is used, if it matters.
	 */
	void used(RedisChannelLog log) {
		if (log.settings().idleTimeout() != null) {
			this.used.add(log.id());
		}
	}

	/**
	 * Decides what has become of a channel that is not there.
	 * @return whether it lives
	 */
	CompletableFuture<Boolean> revive(RedisChannelLog log) {
		if (log.confirmation().ended()) {
			return CompletableFuture.completedFuture(false);
		}
		return this.registry.revive(log);
	}

	/**
	 * Ends a channel for all nodes.
	 * @return completes when its name is free, and nothing is accepted any more
	 */
	CompletableFuture<Boolean> close(RedisChannelLog log) {
		return this.registry.close(log.registration(), false);
	}

	private void restored() {
		this.followed.forEach(RedisChannelLog::doubt);
		if (this.node.isHearing() && this.node.isConnected()) {
			catchUp(new ArrayList<>(this.followed));
		}
	}

	private void probed() {
		long quiet = this.node.timing().check().toNanos();
		String life = this.node.probe().life();
		catchUp(this.followed.stream()
			.filter((log) -> log.isDue(quiet) || !log.confirmation().life().equals(life))
			.toList());
	}

	/**
	 * Has logs look for what they lack, some at a time.
	 */
	private void catchUp(List<RedisChannelLog> logs) {
		Iterator<RedisChannelLog> all = logs.iterator();
		for (int i = 0; i < Math.min(AT_A_TIME, logs.size()); i++) {
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
		String life = this.node.probe().life();
		log.catchUp().whenComplete((done, ex) -> {
			if (ex == null && !life.isEmpty()) {
				// What another registry would have lost is there.
				log.confirm(log.confirmation().in(life));
			}
			try {
				// Not one within the other
				this.node.clock().schedule(() -> catchUpNext(all));
			}
			catch (RejectedExecutionException stopped) {
				// The server ends.
			}
		});
	}

	/**
	 * Reports what is used, ends what is idle, and lets go of what nobody listens to.
	 */
	private void sweep() {
		this.held.values().removeIf((reference) -> reference.get() == null);
		for (RedisChannelLog log : this.followed) {
			if (log.subscribers() > 0) {
				used(log);
			}
		}
		List<String> names = List.copyOf(this.used);
		names.forEach(this.used::remove);
		this.registry.use(names).exceptionally((ex) -> {
			this.used.addAll(names);
			return null;
		});
		long linger = this.node.timing().linger().toNanos();
		long now = System.nanoTime();
		if (now - this.swept > linger / 4) {
			this.swept = now;
			this.followed.forEach((log) -> log.unfollowIfUnused(linger));
		}
	}

	@Override
	public void dispose() {
		this.upkeep.dispose();
	}

}
