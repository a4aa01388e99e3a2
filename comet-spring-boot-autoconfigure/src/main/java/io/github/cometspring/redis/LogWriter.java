package io.github.cometspring.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.KeyReusedException;
import io.github.cometspring.channel.OnceKey;
import io.github.cometspring.channel.OnceOutcome;
import io.github.cometspring.channel.Position;

/**
 * Publishes the messages of a channel on Redis, each by one call of a script. If Redis
 * has lost the channel, it is made again first. Thread-safe.
 */
final class LogWriter {

	private final RedisChannelLog log;

	private final LogFollower follower;

	private final RedisLogs logs;

	private final RedisNode node;

	LogWriter(RedisChannelLog log, LogFollower follower, RedisLogs logs, RedisNode node) {
		this.log = log;
		this.follower = follower;
		this.logs = logs;
		this.node = node;
	}

	/**
	 * Publishes a message.
	 * @param data the text
	 * @param nonce what the feed has with the message, or the empty text for nothing
	 * @return its position, or {@link ChannelClosedException}
	 */
	CompletableFuture<Position> append(String data, String nonce) {
		this.logs.used(this.log);
		return this.node
			.call(RedisScript.APPEND, this.log.keys(), String.valueOf(Registration.newEpoch()), data, nonce,
					String.valueOf(this.log.capacity()), age(), this.log.feed())
			.thenCompose((answer) -> answer.get(0).equals("missing") ? revived(() -> append(data, nonce))
					: answered(answer));
	}

	private String age() {
		return String.valueOf(Math.max(1, this.log.settings().historyMaxAge().toMillis()));
	}

	/**
	 * Publishes a message, unless one was published with the same key.
	 * @param data the text
	 * @param key names the publication
	 * @return the position of the message, {@link KeyReusedException} or
	 * {@link ChannelClosedException}
	 */
	CompletableFuture<OnceOutcome> appendOnce(String data, OnceKey key) {
		this.logs.used(this.log);
		String[] ofLog = this.log.keys();
		String[] keys = { ofLog[0], ofLog[1], this.node.keys().once(this.log.registration().instance(), key.text()) };
		String fingerprint = OnceKey.fingerprint(data);
		return this.node
			.call(RedisScript.APPEND, keys, String.valueOf(Registration.newEpoch()), data, "",
					String.valueOf(this.log.capacity()), age(), this.log.feed(), fingerprint,
					String.valueOf(key.validity().toMillis()))
			.thenCompose((answer) -> switch (String.valueOf(answer.get(0))) {
				case "known" -> known(String.valueOf(answer.get(1)), fingerprint);
				case "missing" -> revived(() -> appendOnce(data, key));
				default -> answered(answer).thenApply((position) -> new OnceOutcome(position, false));
			});
	}

	/**
	 * The outcome of an earlier publication.
	 * @param value what the script has stored for it
	 * @param fingerprint distinguishes the text from others
	 */
	private CompletableFuture<OnceOutcome> known(String value, String fingerprint) {
		String[] parts = value.split(" ");
		if (parts.length != 3 || !parts[2].equals(fingerprint)) {
			return CompletableFuture.failedFuture(new KeyReusedException(this.log.id()));
		}
		return CompletableFuture.completedFuture(new OnceOutcome(LogAnswer.position(parts[0], parts[1]), true));
	}

	private CompletableFuture<Position> answered(List<Object> answer) {
		return answer.get(0).equals("done") ? this.follower.appended(LogAnswer.position(answer.get(1), answer.get(2)))
				: refuse();
	}

	/**
	 * Publishes again after Redis has lost the channel.
	 */
	private <T> CompletableFuture<T> revived(Supplier<CompletableFuture<T>> again) {
		return this.logs.revive(this.log).thenCompose((exists) -> exists ? again.get() : refuse());
	}

	private <T> CompletableFuture<T> refuse() {
		this.follower.close();
		return CompletableFuture.failedFuture(new ChannelClosedException(this.log.id()));
	}

}
