package io.github.cometspring.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

import io.github.cometspring.channel.ChannelListener;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.DuplicateChannelException;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.TooManyChannelsException;
import io.github.cometspring.redis.RedisChannelLog.Confirmation;
import org.jspecify.annotations.Nullable;

/**
 * The registry of all channels, on Redis: which ids are taken, how many there are, and
 * when they become idle. If a channel's own keys are missing, the registry decides
 * whether the channel has ended or its keys were lost.
 * <p>
 * Thread-safe.
 */
final class RedisRegistry {

	/** The lifetime of the keys of a channel whose name is not registered. */
	private static final String UNREGISTERED_MS = "60000";

	private final RedisNode node;

	private final RedisKeys keys;

	private final @Nullable Integer limit;

	private final ChannelListener listener;

	private final RegistryGeneration generation;

	private final ChannelCloser closer;

	RedisRegistry(RedisNode node, ChannelListener listener) {
		this.node = node;
		this.listener = listener;
		this.keys = node.keys();
		this.limit = node.settings().maxChannels();
		this.closer = new ChannelCloser(node);
		// Each node looks at its channels after its next probe, and when it has
		// connected.
		Duration timeout = node.settings().commandTimeout();
		this.generation = new RegistryGeneration(node.settings().probeInterval().plus(timeout),
				node.timing().longestRetry().plus(timeout));
	}

	/**
	 * A channel that the registry has found.
	 *
	 * @param registration its entry
	 * @param confirmation its state
	 */
	record Known(Registration registration, Confirmation confirmation) {
	}

	/**
	 * The generation of the registry that this node has seen last.
	 */
	RegistryGeneration generation() {
		return this.generation;
	}

	ChannelCloser closer() {
		return this.closer;
	}

	/**
	 * The state of channels that have not ended, as the registry reports it now.
	 */
	private Confirmation living(Object generation) {
		Confirmation confirmation = new Confirmation(String.valueOf(generation), this.node.run(), false);
		this.generation.seen(confirmation.generation(), confirmation.run());
		return confirmation;
	}

	private static String random() {
		return Long.toHexString(ThreadLocalRandom.current().nextLong(Long.MIN_VALUE, Long.MAX_VALUE));
	}

	/**
	 * Registers a channel.
	 * @param id the id
	 * @param settings the settings of the channel
	 * @param obtain whether to return an existing channel of this id
	 * @return the channel, or {@code null} if this is another generation of the registry
	 * than was seen last, in which channels of this id may not be registered again yet;
	 * or {@link DuplicateChannelException} or {@link TooManyChannelsException}
	 */
	CompletableFuture<@Nullable Known> register(String id, ChannelSettings settings, boolean obtain) {
		Registration created = new Registration(id, random() + random(), Registration.newEpoch(), settings);
		// The keys are created before the name is registered: another node that finds a
		// name without keys takes the channel for lost, and begins a new epoch. Redis is
		// sent both calls in this order, without a wait between them.
		CompletableFuture<List<Object>> keys = begin(created, created.epoch(), UNREGISTERED_MS);
		return keys.thenCombine(name(created, obtain), (begun, known) -> known).thenCompose((known) -> {
			boolean found = known == null || !known.registration().instance().equals(created.instance());
			if (found) {
				return CompletableFuture.completedFuture(known);
			}
			this.listener.created(id);
			return begin(created, Registration.newEpoch(), "").thenApply((begun) -> known);
		});
	}

	private CompletableFuture<@Nullable Known> name(Registration created, boolean obtain) {
		String id = created.id();
		String[] names = { this.keys.registry, this.keys.idle, this.keys.generation };
		return this.node
			.call(RedisScript.REGISTER, names, id, created.value(), (this.limit != null) ? this.limit.toString() : "",
					random(), this.generation.latest())
			.thenCompose((answer) -> {
				Confirmation confirmation = living(answer.get(2));
				switch (String.valueOf(answer.get(0))) {
					case "created" -> {
						return CompletableFuture.completedFuture(new Known(created, confirmation));
					}
					case "found" -> {
						Registration found = Registration.parse(id, String.valueOf(answer.get(1)));
						if (obtain && found != null) {
							return CompletableFuture.completedFuture(new Known(found, confirmation));
						}
						if (found == null) {
							warnOfUnknownValue();
						}
						return CompletableFuture.failedFuture(new DuplicateChannelException(id));
					}
					case "changed" -> {
						return CompletableFuture.completedFuture(null);
					}
					default -> {
						int limit = (this.limit != null) ? this.limit : 0;
						return CompletableFuture.failedFuture(new TooManyChannelsException(id, limit));
					}
				}
			});
	}

	private CompletableFuture<List<Object>> begin(Registration registration, long epoch, String lifetime) {
		return this.node.call(RedisScript.BEGIN, this.keys.channel(registration.instance()), String.valueOf(epoch),
				lifetime);
	}

	/**
	 * Finds channels.
	 * @param ids valid ids
	 * @param use whether to mark the channels as used
	 * @return the channels by id, also those that have ended a short while ago
	 */
	CompletableFuture<Map<String, Known>> find(List<String> ids, boolean use) {
		List<String> names = new ArrayList<>(List.of(this.keys.registry, this.keys.idle, this.keys.generation));
		ids.forEach((id) -> names.add(this.keys.ended(id)));
		List<String> arguments = new ArrayList<>(ids);
		arguments.add(0, use ? "1" : "0");
		return this.node.call(RedisScript.FIND, names.toArray(String[]::new), arguments.toArray(String[]::new))
			.thenApply((answer) -> {
				Confirmation living = living(answer.get(1));
				Confirmation ended = new Confirmation(living.generation(), living.run(), true);
				Map<String, Known> found = new LinkedHashMap<>();
				List<?> values = (List<?>) answer.get(2);
				for (int i = 0; i < ids.size(); i++) {
					String value = String.valueOf(values.get(2 * i));
					Registration registration = Registration.parse(ids.get(i), value);
					if (registration != null) {
						Confirmation state = "1".equals(values.get(2 * i + 1)) ? living : ended;
						found.put(ids.get(i), new Known(registration, state));
					}
					else if (!value.isEmpty()) {
						warnOfUnknownValue();
					}
				}
				return found;
			});
	}

	/**
	 * Lists the channels that have not ended.
	 */
	CompletableFuture<List<Known>> list() {
		return this.node.call(RedisScript.LIST, new String[] { this.keys.registry, this.keys.generation }, "1")
			.thenApply((answer) -> {
				Confirmation confirmation = living(answer.get(1));
				List<Known> all = new ArrayList<>();
				List<?> pairs = (List<?>) answer.get(2);
				for (int i = 0; i + 1 < pairs.size(); i += 2) {
					Registration registration = Registration.parse(String.valueOf(pairs.get(i)),
							String.valueOf(pairs.get(i + 1)));
					if (registration != null) {
						all.add(new Known(registration, confirmation));
					}
					else {
						warnOfUnknownValue();
					}
				}
				return all;
			});
	}

	private void warnOfUnknownValue() {
		this.node.unknownData().warn("a value of '" + this.keys.registry + "'");
	}

	/**
	 * Counts the channels that have not ended.
	 */
	CompletableFuture<Long> count() {
		return this.node.call(RedisScript.LIST, new String[] { this.keys.registry, this.keys.generation }, "0")
			.thenApply((answer) -> Long.parseLong(String.valueOf(answer.get(2))));
	}

	/**
	 * Registers a channel and creates its keys, as far as they are missing, unless the
	 * channel has ended.
	 * @return whether it exists
	 */
	CompletableFuture<Boolean> revive(RedisChannelLog log) {
		Registration registration = log.registration();
		Confirmation known = log.confirmation();
		String[] names = { this.keys.registry, this.keys.generation, this.keys.idle, this.keys.ending };
		return this.node
			.call(RedisScript.REVIVE, names, registration.id(), registration.value(), known.generation(), known.run(),
					random())
			.thenCompose((answer) -> {
				if (!"living".equals(answer.get(0))) {
					return CompletableFuture.completedFuture(false);
				}
				log.confirm(living(answer.get(1)));
				// In a new epoch, if its keys are missing: the messages are lost.
				return begin(registration, Registration.newEpoch(), "").thenCompose((begun) -> {
					if (String.valueOf(begun.get(2)).isEmpty()) {
						return CompletableFuture.completedFuture(true);
					}
					// Its keys tell that it has ended, so its id must be free.
					return this.closer.close(registration, false).thenApply((freed) -> false);
				});
			});
	}

	/**
	 * Reads the newest position of a channel and the number of its messages on Redis.
	 */
	CompletableFuture<Extent> extent(Registration registration) {
		return this.node.call(RedisScript.RETAINED, this.keys.channel(registration.instance())).thenApply((answer) -> {
			String epoch = String.valueOf(answer.get(1));
			Position newest = epoch.isEmpty() ? new Position(registration.epoch(), 0)
					: LogAnswer.position(epoch, answer.get(2));
			long kept = Long.parseLong(String.valueOf(answer.get(3)));
			return new Extent(newest, (int) Math.min(kept, registration.settings().historySize()));
		});
	}

	/**
	 * The newest position of a channel and the number of its messages.
	 *
	 * @param newest the newest position
	 * @param retained how many messages are retained
	 */
	record Extent(Position newest, int retained) {
	}

}
