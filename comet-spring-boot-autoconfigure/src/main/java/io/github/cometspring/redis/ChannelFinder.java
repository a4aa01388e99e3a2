package io.github.cometspring.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.redis.RedisRegistry.Known;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Finds and registers channels. If Redis may have lost the registry, a channel that is
 * not there is not regarded as ended at once: one that this node knows is registered
 * again, and for one that other nodes know they get the time to do so.
 * <p>
 * Thread-safe.
 */
final class ChannelFinder {

	/**
	 * The delay before the second look, in milliseconds. It doubles with each further
	 * one.
	 */
	private static final long FIRST_DELAY = 100;

	private static final long LONGEST_DELAY = 2000;

	private final RedisNode node;

	private final RedisRegistry registry;

	private final RedisLogs logs;

	ChannelFinder(RedisNode node, RedisRegistry registry, RedisLogs logs) {
		this.node = node;
		this.registry = registry;
		this.logs = logs;
	}

	/**
	 * Finds channels.
	 * @param ids valid ids
	 * @param use whether to mark the channels as used
	 * @return the channels by id, also those that have ended a short while ago
	 */
	CompletableFuture<Map<String, Known>> find(List<String> ids, boolean use) {
		return find(ids, use, FIRST_DELAY);
	}

	private CompletableFuture<Map<String, Known>> find(List<String> ids, boolean use, long delay) {
		return this.registry.find(ids, use).thenCompose((found) -> {
			boolean recovering = this.registry.generation().isRecovering();
			List<String> unsure = ids.stream().filter((id) -> isUnsure(found.get(id))).toList();
			if (unsure.isEmpty()) {
				return CompletableFuture.completedFuture(found);
			}
			return reviveLost(unsure, found).thenCompose((revived) -> {
				if (!revived && !recovering) {
					return CompletableFuture.completedFuture(found);
				}
				return (revived ? find(unsure, use, delay) : findLater(unsure, use, delay)).thenApply((later) -> {
					found.putAll(later);
					return found;
				});
			});
		});
	}

	/**
	 * Whether the registry may have lost a channel. It may also have lost one that has
	 * followed an ended one of the same id.
	 */
	private boolean isUnsure(@Nullable Known known) {
		return known == null || (known.confirmation().ended() && this.registry.generation().isRestarted());
	}

	/**
	 * Registers again those channels that this node knows and the registry has lost.
	 * @param ids the ids of channels
	 * @param ended the channels that the registry has found, of which those among the ids
	 * have ended
	 * @return whether it has registered one
	 */
	private CompletableFuture<Boolean> reviveLost(List<String> ids, Map<String, Known> ended) {
		List<CompletableFuture<Boolean>> revivals = ids.stream()
			.map(this.logs::lost)
			.filter(Objects::nonNull)
			.filter((log) -> !log.isKnownAs(ended.get(log.id())))
			.map(this.logs::registerAgain)
			.toList();
		return CompletableFuture.allOf(revivals.toArray(CompletableFuture<?>[]::new))
			.thenApply((done) -> revivals.stream().anyMatch(CompletableFuture::join));
	}

	private CompletableFuture<Map<String, Known>> findLater(List<String> ids, boolean use, long delay) {
		return Mono.delay(Duration.ofMillis(delay), this.node.clock())
			.toFuture()
			.thenCompose((tick) -> find(ids, use, Math.min(2 * delay, LONGEST_DELAY)));
	}

	/**
	 * Registers a channel.
	 * @param id the id
	 * @param settings the settings of the channel
	 * @param obtain whether to return an existing channel of this id
	 * @return the channel, or the failure of {@link RedisRegistry#register}
	 */
	CompletableFuture<Known> register(String id, ChannelSettings settings, boolean obtain) {
		// This node may know a channel that no node has registered again in time.
		boolean mayExist = this.registry.generation().isLost() || this.logs.lost(id) != null;
		CompletableFuture<?> ready = mayExist ? find(List.of(id), true) : CompletableFuture.completedFuture(null);
		return ready.thenCompose((found) -> this.registry.register(id, settings, obtain))
			.thenCompose((known) -> (known != null) ? CompletableFuture.completedFuture(known)
					: register(id, settings, obtain));
	}

}
