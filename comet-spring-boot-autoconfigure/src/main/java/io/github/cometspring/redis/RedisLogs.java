package io.github.cometspring.redis;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.ChannelEnd;
import io.github.cometspring.channel.ChannelListener;
import io.github.cometspring.redis.RedisChannelLog.Confirmation;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * The logs of this node: those that it follows, and those that the application or a
 * client refers to. Others are garbage-collected.
 * <p>
 * Thread-safe.
 */
final class RedisLogs implements Disposable {

	private final RedisNode node;

	private final RedisRegistry registry;

	private final ChannelCloser closer;

	private final ChannelListener listener;

	private final Map<String, WeakReference<RedisChannelLog>> held = new ConcurrentHashMap<>();

	private final FollowedLogs followed;

	/** The log that was held last for each id. */
	private final Map<String, WeakReference<RedisChannelLog>> heldById = new ConcurrentHashMap<>();

	private final Set<String> used = ConcurrentHashMap.newKeySet();

	private final Disposable maintenance;

	private long lastUnfollow = System.nanoTime();

	RedisLogs(RedisNode node, RedisRegistry registry, ChannelListener listener) {
		this.node = node;
		this.registry = registry;
		this.closer = registry.closer();
		this.listener = listener;
		this.followed = new FollowedLogs(node, registry);
		long interval = node.timing().sweep().toMillis();
		this.maintenance = node.clock().schedulePeriodically(this::sweep, interval, interval, TimeUnit.MILLISECONDS);
	}

	/**
	 * Finds or creates the only log of a channel on this node.
	 * @param registration the entry of the registry
	 * @param confirmation the state that the registry has reported
	 * @return the log
	 */
	RedisChannelLog log(Registration registration, Confirmation confirmation) {
		String instance = registration.instance();
		while (true) {
			WeakReference<RedisChannelLog> reference = this.held.get(instance);
			RedisChannelLog log = (reference != null) ? reference.get() : null;
			// Redis may have lost the end of a channel; then the channel needs a new log.
			if (reference != null && log != null && (confirmation.ended() || !log.isClosed())) {
				log.confirm(confirmation);
				holdById(log, reference);
				return log;
			}
			RedisChannelLog created = new RedisChannelLog(registration, this, this.node, confirmation);
			WeakReference<RedisChannelLog> next = new WeakReference<>(created);
			if ((reference != null) ? this.held.replace(instance, reference, next)
					: this.held.putIfAbsent(instance, next) == null) {
				holdById(created, next);
				return created;
			}
		}
	}

	private void holdById(RedisChannelLog log, WeakReference<RedisChannelLog> reference) {
		if (!log.confirmation().ended() && this.heldById.get(log.id()) != reference) {
			this.heldById.put(log.id(), reference);
		}
	}

	/**
	 * The log of a channel that has not ended, if this node follows it and would have
	 * been notified of its end.
	 */
	@Nullable RedisChannelLog fresh(String id) {
		RedisChannelLog log = living(id);
		return (log != null && log.isFresh()) ? log : null;
	}

	private @Nullable RedisChannelLog living(String id) {
		WeakReference<RedisChannelLog> reference = this.heldById.get(id);
		RedisChannelLog log = (reference != null) ? reference.get() : null;
		return (log != null && !log.isClosed()) ? log : null;
	}

	/**
	 * The log of a channel that is not in the registry any more, if the registry may have
	 * lost it. A channel that this node does not follow may have ended, and another one
	 * may have its id: nodes that follow one are given the time to register it first.
	 */
	@Nullable RedisChannelLog lost(String id) {
		RedisChannelLog log = living(id);
		RegistryGeneration generation = this.registry.generation();
		if (log == null || (generation.isRecovering() && !this.followed.contains(log))) {
			return null;
		}
		Confirmation last = log.confirmation();
		return generation.mayHaveLost(last.generation(), last.run()) ? log : null;
	}

	void followed(RedisChannelLog log) {
		this.followed.add(log);
	}

	void unfollowed(RedisChannelLog log) {
		this.followed.remove(log);
	}

	/**
	 * Marks a channel as used, if it has an idle timeout.
	 */
	void used(RedisChannelLog log) {
		if (log.settings().idleTimeout() != null) {
			this.used.add(log.id());
		}
	}

	/**
	 * Registers a channel again that the registry may have lost, unless it has ended.
	 * @return whether it exists
	 */
	CompletableFuture<Boolean> registerAgain(RedisChannelLog log) {
		return this.followed.registerAgain(log);
	}

	/**
	 * Registers a channel and creates its keys, as far as they are missing, unless the
	 * channel has ended.
	 * @return whether it exists
	 */
	CompletableFuture<Boolean> revive(RedisChannelLog log) {
		if (log.confirmation().ended()) {
			return CompletableFuture.completedFuture(false);
		}
		return this.registry.revive(log);
	}

	/**
	 * Closes a channel for all nodes.
	 * @return completes when its id is free and the channel accepts no more messages
	 */
	CompletableFuture<Boolean> close(RedisChannelLog log) {
		return this.closer.close(log.registration(), false);
	}

	/**
	 * Closes an idle channel for all nodes, unless it is used meanwhile.
	 */
	private void closeIdle(Registration idle) {
		WeakReference<RedisChannelLog> reference = this.held.get(idle.instance());
		RedisChannelLog log = (reference != null) ? reference.get() : null;
		if (log != null) {
			log.endReport().expect(ChannelEnd.IDLE);
		}
		this.closer.close(idle, true).thenAccept((closed) -> {
			if (log == null && closed) {
				this.listener.ended(idle.id(), ChannelEnd.IDLE);
			}
			else if (log != null && closed) {
				log.closeCopy();
			}
			else if (log != null) {
				log.endReport().expect(ChannelEnd.UNKNOWN);
			}
		});
	}

	ChannelListener listener() {
		return this.listener;
	}

	/**
	 * Reports channels that are used, closes those that are idle, and unfollows those
	 * without readers.
	 */
	private void sweep() {
		this.held.values().removeIf((reference) -> reference.get() == null);
		this.heldById.values().removeIf((reference) -> reference.get() == null);
		this.followed.forEach((log) -> {
			if (log.subscribers() > 0) {
				used(log);
			}
		});
		List<String> ids = List.copyOf(this.used);
		ids.forEach(this.used::remove);
		this.closer.use(ids, this::closeIdle).exceptionally((ex) -> {
			this.used.addAll(ids);
			return null;
		});
		long linger = this.node.timing().linger().toNanos();
		long now = System.nanoTime();
		if (now - this.lastUnfollow > linger / 4) {
			this.lastUnfollow = now;
			this.followed.forEach((log) -> log.unfollowIfUnused(linger));
		}
	}

	@Override
	public void dispose() {
		this.maintenance.dispose();
	}

}
