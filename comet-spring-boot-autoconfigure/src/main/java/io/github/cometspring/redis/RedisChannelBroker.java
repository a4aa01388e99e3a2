package io.github.cometspring.redis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.BrokerState;
import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelListener;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.ChannelSummaries;
import io.github.cometspring.channel.ChannelSummary;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.redis.RedisRegistry.Known;
import io.lettuce.core.RedisCommandExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Keeps channels on Redis, for any number of nodes. The limit, the offsets and the ends
 * of channels are the same on all of them. A client may use another node for each
 * request.
 * <p>
 * If Redis may have lost messages, a channel continues in another epoch, and a gap is
 * reported to its clients. This is so after Redis was restarted or a replica was
 * promoted, since the last messages may not have been saved, and after the keys of a
 * channel were deleted. A broken connection loses no message.
 * <p>
 * Thread-safe. Its owner {@linkplain #dispose() disposes} it.
 *
 * @since 0.1.0
 */
public final class RedisChannelBroker implements ChannelBroker, Disposable {

	/** With more channels, the sum of retained messages is cached. */
	private static final int MAX_UNCACHED = 1000;

	/**
	 * How many calls for one sum or page are in flight. There is one call for each
	 * channel, and the connection, which refuses calls when too many are in flight, also
	 * serves publications.
	 */
	private static final int MAX_CALLS = 64;

	private static final long MAX_SUM_AGE = TimeUnit.SECONDS.toNanos(10);

	private final RedisNode node;

	private final RedisRegistry registry;

	private final RedisLogs logs;

	private final ChannelFinder finder;

	private final @Nullable Integer limit;

	private volatile @Nullable Sum sum;

	/**
	 * Creates a broker.
	 * @param node this node's connections to Redis
	 */
	public RedisChannelBroker(RedisNode node) {
		this(node, ChannelListener.NONE);
	}

	/**
	 * Creates a broker with a listener.
	 * @param node this node's connections to Redis
	 * @param listener receives what happens to the channels on this node
	 */
	public RedisChannelBroker(RedisNode node, ChannelListener listener) {
		this.node = node;
		this.registry = new RedisRegistry(node, listener);
		this.logs = new RedisLogs(node, this.registry, listener);
		this.finder = new ChannelFinder(node, this.registry, this.logs);
		this.limit = node.settings().maxChannels();
	}

	private RedisChannelLog log(Known known) {
		return this.logs.log(known.registration(), known.confirmation());
	}

	@Override
	public Mono<ChannelLog> create(String id, ChannelSettings settings) {
		return Mono.defer(() -> Mono.fromFuture(this.finder.register(id, settings, false), true)).map(this::log);
	}

	@Override
	public Mono<ChannelLog> obtain(String id, ChannelSettings settings) {
		// Mostly it is there, and then there is nothing to begin.
		return Mono.defer(() -> Mono.fromFuture(this.finder.find(List.of(id), true), true))
			.mapNotNull((found) -> found.get(id))
			.filter((known) -> !known.confirmation().ended())
			.switchIfEmpty(Mono.defer(() -> Mono.fromFuture(this.finder.register(id, settings, true), true)))
			.map(this::log);
	}

	@Override
	public Mono<ChannelLog> find(String id) {
		return findKnown(id).map(this::log);
	}

	private Mono<Known> findKnown(String id) {
		if (!ChannelName.isValid(id)) {
			return Mono.empty();
		}
		return Mono.defer(() -> Mono.fromFuture(this.finder.find(List.of(id), false), true))
			.mapNotNull((found) -> found.get(id))
			.filter((known) -> !known.confirmation().ended());
	}

	@Override
	public Mono<Map<String, ChannelLog>> findAll(Map<String, Cursor> starts) {
		List<RedisChannelLog> followed = findFollowed(starts);
		if (followed != null) {
			// This node follows all of them, so Redis need not be asked. A channel that
			// ends before the supplier is called must be in the answer, too: its readers
			// lack its last messages.
			return Mono.fromSupplier(() -> {
				Map<String, ChannelLog> found = new HashMap<>();
				for (RedisChannelLog log : followed) {
					log.touch();
					found.put(log.id(), log);
				}
				return found;
			});
		}
		List<String> ids = starts.keySet().stream().filter(ChannelName::isValid).toList();
		if (ids.isEmpty()) {
			return Mono.fromSupplier(HashMap::new);
		}
		return Mono.defer(() -> Mono
			.fromFuture(this.finder.find(ids, true).thenCompose((found) -> prepare(found, starts)), true));
	}

	private @Nullable List<RedisChannelLog> findFollowed(Map<String, Cursor> starts) {
		List<RedisChannelLog> found = new ArrayList<>(starts.size());
		for (Map.Entry<String, Cursor> start : starts.entrySet()) {
			RedisChannelLog log = this.logs.fresh(start.getKey());
			if (log == null || !log.isReady(start.getValue())) {
				return null;
			}
			found.add(log);
		}
		return found;
	}

	private CompletableFuture<Map<String, ChannelLog>> prepare(Map<String, Known> found, Map<String, Cursor> starts) {
		Map<String, ChannelLog> logs = new HashMap<>();
		List<CompletableFuture<Void>> preparations = new ArrayList<>();
		found.forEach((id, known) -> {
			Cursor start = starts.getOrDefault(id, Cursor.LATEST);
			if (!known.confirmation().ended() || start.knows(id)) {
				RedisChannelLog log = log(known);
				logs.put(id, log);
				if (!log.isReady(start)) {
					preparations.add(log.follow());
				}
			}
		});
		return CompletableFuture.allOf(preparations.toArray(CompletableFuture<?>[]::new)).thenApply((prepared) -> logs);
	}

	@Override
	public Flux<ChannelLog> list() {
		return Mono.defer(() -> Mono.fromFuture(this.registry.list(), true))
			.flatMapIterable((all) -> all)
			.map(this::log);
	}

	@Override
	public Mono<ChannelSummary> summary(String id) {
		return findKnown(id).flatMap((known) -> Mono.fromFuture(summarize(known), true));
	}

	private CompletableFuture<ChannelSummary> summarize(Known known) {
		return this.registry.extent(known.registration())
			.thenApply((extent) -> new ChannelSummary(known.registration().id(), known.registration().settings(),
					extent.newest(), extent.retained(), log(known).subscribers()));
	}

	@Override
	public Mono<ChannelSummaries> summaries(String prefix, long skip, int most) {
		return Mono.defer(() -> Mono.fromFuture(this.registry.list(), true)).flatMap((all) -> {
			List<Known> matching = all.stream()
				.filter((known) -> known.registration().id().startsWith(prefix))
				.sorted(Comparator.comparing((known) -> known.registration().id()))
				.toList();
			return Flux.fromStream(() -> matching.stream().skip(skip).limit(most))
				.flatMapSequential((known) -> Mono.fromFuture(() -> summarize(known), true), MAX_CALLS)
				.collectList()
				.map((summaries) -> new ChannelSummaries(summaries, matching.size()));
		});
	}

	@Override
	public Mono<BrokerState> state() {
		return Mono.defer(() -> {
			RedisRefusal refusal = this.node.probe().refusal();
			if (refusal != null) {
				return Mono
					.error(new BrokerUnavailableException(new RedisCommandExecutionException(refusal.message())));
			}
			Sum sum = this.sum;
			if (sum != null && System.nanoTime() - sum.time < MAX_SUM_AGE) {
				return Mono.fromFuture(this.registry.count(), true)
					.map((count) -> new BrokerState(count, sum.retained, this.limit));
			}
			return Mono.fromFuture(this.registry.list(), true).flatMap(this::sumUp);
		});
	}

	private Mono<BrokerState> sumUp(List<Known> channels) {
		return Flux.fromIterable(channels)
			.flatMap((known) -> Mono.fromFuture(() -> this.registry.extent(known.registration()), true), MAX_CALLS)
			.reduce(0L, (retained, extent) -> retained + extent.retained())
			.map((retained) -> {
				this.sum = (channels.size() > MAX_UNCACHED) ? new Sum(retained, System.nanoTime()) : null;
				return new BrokerState(channels.size(), retained, this.limit);
			});
	}

	@Override
	public void dispose() {
		this.logs.dispose();
	}

	/**
	 * The cached number of messages that all channels retain.
	 *
	 * @param retained how many messages
	 * @param time when they were counted, in nanoseconds
	 */
	private record Sum(long retained, long time) {
	}

}
