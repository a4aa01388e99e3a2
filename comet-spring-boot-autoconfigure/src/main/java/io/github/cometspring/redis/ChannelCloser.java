package io.github.cometspring.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Closes channels on Redis: frees the id in the registry, and then ends the channel's own
 * keys. If a node does not complete a close, another one does.
 * <p>
 * Thread-safe.
 */
final class ChannelCloser {

	/** The most idle channels that one call closes. */
	private static final int MAX_CLOSED = 100;

	private final RedisNode node;

	private final RedisKeys keys;

	ChannelCloser(RedisNode node) {
		this.node = node;
		this.keys = node.keys();
	}

	/**
	 * Frees the id of a channel and closes it.
	 * @param registration the channel
	 * @param ifIdle whether to close it only if it is idle
	 * @return whether this call has freed the id
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
					// Another call has freed the id, and may not have closed the channel.
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
	 * Marks channels as used, and completes closes that other nodes have begun.
	 * @param ids the ids of the used channels
	 * @param onIdle gets the channels that are idle, and closes them
	 */
	CompletableFuture<List<Object>> use(List<String> ids, Consumer<Registration> onIdle) {
		List<String> arguments = new ArrayList<>(ids);
		arguments.add(0, String.valueOf(MAX_CLOSED));
		CompletableFuture<List<Object>> answered = this.node.call(RedisScript.USE,
				new String[] { this.keys.registry, this.keys.idle, this.keys.ending },
				arguments.toArray(String[]::new));
		answered.thenAccept((answer) -> {
			for (Object entry : (List<?>) answer.get(1)) {
				Registration idle = Registration.parse(String.valueOf(entry));
				if (idle != null) {
					onIdle.accept(idle);
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

}
