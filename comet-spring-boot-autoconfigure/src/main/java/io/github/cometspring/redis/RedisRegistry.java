package io.github.cometspring.redis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.DuplicateChannelException;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.TooManyChannelsException;
import io.github.cometspring.redis.RedisChannelLog.Confirmation;
import org.jspecify.annotations.Nullable;

/**
 * The names of all channels, in one place on Redis: which are taken and by whom, how many
 * there are, when they are idle. A channel's own keys are elsewhere; where they are
 * missing, the registry tells whether the channel has ended or was lost.
 * <p>
 * Thread-safe.
 */
final class RedisRegistry {

	private static final int MOST_AT_A_TIME = 100;

	/**
	 * How long the keys of a channel last if its name is not registered after all.
	 */
	private static final String UNREGISTERED_MS = "60000";

	private final RedisNode node;

	private final RedisKeys keys;

	private final @Nullable Integer limit;

	RedisRegistry(RedisNode node) {
		this.node = node;
		this.keys = node.keys();
		this.limit = node.settings().maxChannels();
	}

	/**
	 * A channel that the registry has told of.
	 *
	 * @param registration what the registry knows
	 * @param confirmation when it was told
	 */
	record Known(Registration registration, Confirmation confirmation) {
	}

	private Confirmation confirm(Object life, boolean ended) {
		return new Confirmation(String.valueOf(life), this.node.run(), ended);
	}

	private static String random() {
		return Long.toHexString(ThreadLocalRandom.current().nextLong(Long.MIN_VALUE, Long.MAX_VALUE));
	}

	/**
	 * Takes a name.
	 * @param id the name
	 * @param settings what the channel keeps
	 * @param obtain whether one that is there will do
	 * @return the channel, or {@link DuplicateChannelException} or
	 * {@link TooManyChannelsException}
	 */
	CompletableFuture<Known> register(String id, ChannelSettings settings, boolean obtain) {
		Registration created = new Registration(id, random() + random(), epoch(), settings);
		// First its keys, which another node uses as soon as it finds the name: a
		// registered channel without keys counts as lost, and begins another epoch.
		// Both calls are on their way at the same time, and arrive in this order.
		CompletableFuture<List<Object>> keys = begin(created, created.epoch(), UNREGISTERED_MS);
		return keys.thenCombine(name(created, obtain), (begun, known) -> known).thenCompose((known) -> {
			boolean found = !known.registration().instance().equals(created.instance());
			return found ? CompletableFuture.completedFuture(known)
					: begin(created, epoch(), "").thenApply((begun) -> known);
		});
	}

	private CompletableFuture<Known> name(Registration created, boolean obtain) {
		String id = created.id();
		String[] names = { this.keys.registry, this.keys.idle, this.keys.life };
		return this.node
			.call(RedisScript.REGISTER, names, id, created.value(), (this.limit != null) ? this.limit.toString() : "",
					random())
			.thenCompose((answer) -> {
				Confirmation confirmation = confirm(answer.get(2), false);
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
							warnOfStrangeValue();
						}
						return CompletableFuture.failedFuture(new DuplicateChannelException(id));
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

	private static long epoch() {
		return ThreadLocalRandom.current().nextLong(1, Position.MAX_EPOCH + 1);
	}

	/**
	 * Finds channels.
	 * @param ids valid names
	 * @param use whether the living are used by this
	 * @return the channels that are known by their names, living or not
	 */
	CompletableFuture<Map<String, Known>> find(List<String> ids, boolean use) {
		List<String> names = new ArrayList<>(List.of(this.keys.registry, this.keys.idle, this.keys.life));
		ids.forEach((id) -> names.add(this.keys.ended(id)));
		List<String> arguments = new ArrayList<>(ids);
		arguments.add(0, use ? "1" : "0");
		return this.node.call(RedisScript.FIND, names.toArray(String[]::new), arguments.toArray(String[]::new))
			.thenApply((answer) -> {
				Map<String, Known> found = new LinkedHashMap<>();
				List<?> values = (List<?>) answer.get(2);
				for (int i = 0; i < ids.size(); i++) {
					String value = String.valueOf(values.get(2 * i));
					Registration registration = Registration.parse(ids.get(i), value);
					if (registration != null) {
						boolean ended = !"1".equals(values.get(2 * i + 1));
						found.put(ids.get(i), new Known(registration, confirm(answer.get(1), ended)));
					}
					else if (!value.isEmpty()) {
						warnOfStrangeValue();
					}
				}
				return found;
			});
	}

	/**
	 * Lists the living channels.
	 */
	CompletableFuture<List<Known>> list() {
		return this.node.call(RedisScript.LIST, new String[] { this.keys.registry, this.keys.life }, "1")
			.thenApply((answer) -> {
				Confirmation confirmation = confirm(answer.get(1), false);
				List<Known> all = new ArrayList<>();
				List<?> pairs = (List<?>) answer.get(2);
				for (int i = 0; i + 1 < pairs.size(); i += 2) {
					Registration registration = Registration.parse(String.valueOf(pairs.get(i)),
							String.valueOf(pairs.get(i + 1)));
					if (registration != null) {
						all.add(new Known(registration, confirmation));
					}
					else {
						warnOfStrangeValue();
					}
				}
				return all;
			});
	}

	private void warnOfStrangeValue() {
		this.node.strange().warn("a value of '" + this.keys.registry + "'");
	}

	/**
	 * Counts the living channels.
	 */
	CompletableFuture<Long> count() {
		return this.node.call(RedisScript.LIST, new String[] { this.keys.registry, this.keys.life }, "0")
			.thenApply((answer) -> Long.parseLong(String.valueOf(answer.get(2))));
	}

	/**
	 * Decides what has become of a channel that is not there, and begins it anew if it
	 * lives.
	 * @return whether it lives
	 */
	CompletableFuture<Boolean> revive(RedisChannelLog log) {
		Registration registration = log.registration();
		Confirmation known = log.confirmation();
		return this.node
			.call(RedisScript.REVIVE, new String[] { this.keys.registry, this.keys.life, this.keys.idle },
					registration.id(), registration.value(), known.life(), known.run(), random())
			.thenCompose((answer) -> {
				if (!"living".equals(answer.get(0))) {
					return CompletableFuture.completedFuture(false);
				}
				log.confirm(confirm(answer.get(1), false));
				// In an epoch of its own: what there was before is lost.
				return begin(registration, epoch(), "").thenApply((begun) -> true);
			});
	}

	/**
	 * Frees a name, and ends its channel.
	 * @param registration the channel
	 * @param ifIdle whether only if it is idle
	 * @return whether it has been ended by this
	 */
	CompletableFuture<Boolean> close(Registration registration, boolean ifIdle) {
		String id = registration.id();
		String[] names = { this.keys.registry, this.keys.idle, this.keys.ending, this.keys.ended(id) };
		return this.node
			.call(RedisScript.REMOVE, names, id, registration.instance(), retention(registration), ifIdle ? "1" : "0")
			.thenCompose((answer) -> {
				if ("used".equals(answer.get(0))) {
					return CompletableFuture.completedFuture(false);
				}
				if (!"done".equals(answer.get(0))) {
					// By somebody else, who may not have come to the end of it
					return end(registration).thenApply((ended) -> false);
				}
				return end(registration).thenApply((ended) -> {
					this.node.call(RedisScript.ENDED, new String[] { this.keys.ending }, String.valueOf(answer.get(1)));
					return true;
				});
			});
	}

	private static String retention(Registration registration) {
		return String.valueOf(Math.max(1, registration.settings().historyMaxAge().toMillis()));
	}

	private CompletableFuture<List<Object>> end(Registration registration) {
		return this.node.call(RedisScript.CLOSE, this.keys.channel(registration.instance()), retention(registration),
				this.keys.feed(registration.instance()));
	}

	/**
	 * Reports names that are used, ends channels that are idle, and those that somebody
	 * has not come to the end of.
	 */
	CompletableFuture<List<Object>> use(List<String> ids) {
		List<String> arguments = new ArrayList<>(ids);
		arguments.add(0, String.valueOf(MOST_AT_A_TIME));
		CompletableFuture<List<Object>> answered = this.node.call(RedisScript.USE,
				new String[] { this.keys.registry, this.keys.idle, this.keys.ending },
				arguments.toArray(String[]::new));
		answered.thenAccept((answer) -> {
			for (Object entry : (List<?>) answer.get(1)) {
				Registration idle = Registration.parse(String.valueOf(entry));
				if (idle != null) {
					close(idle, true);
				}
			}
			for (Object entry : (List<?>) answer.get(2)) {
				String text = String.valueOf(entry);
				Registration ending = Registration.parse(text);
				if (ending != null) {
					end(ending).thenAccept(
							(ended) -> this.node.call(RedisScript.ENDED, new String[] { this.keys.ending }, text));
				}
			}
		});
		return answered;
	}

	/**
	 * The newest position of a channel, and how many messages Redis keeps of it.
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
	 * How far a channel has got.
	 *
	 * @param newest the newest position
	 * @param retained how many messages are kept
	 */
	record Extent(Position newest, int retained) {
	}

}
