package io.github.cometspring.redis;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * Proves from time to time that this node hears what is published: it sends itself a word
 * through Redis. A connection that does not bring it back within the time of a command is
 * replaced, also if it looks as if it were alive. The answer tells by the way whether
 * something has changed that the feed may not have told.
 */
final class RedisProbe implements Disposable {

	private final RedisNode node;

	private final RedisLine<StatefulRedisPubSubConnection<String, String>> hearing;

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	private final String feed;

	private volatile String life = "";

	private volatile String controlVersion = "";

	private volatile long heard;

	private volatile long sent;

	private volatile long sentAt;

	private @Nullable Disposable timer;

	RedisProbe(RedisNode node, RedisLine<StatefulRedisPubSubConnection<String, String>> hearing) {
		this.node = node;
		this.hearing = hearing;
		this.feed = node.keys().probe(UUID.randomUUID().toString());
		node.feed().subscribe(this.feed, this::hear);
	}

	void start() {
		long interval = this.node.timing().probe().toMillis();
		if (this.node.has(Safeguard.PROBE)) {
			this.timer = this.node.clock().schedulePeriodically(this::send, interval, interval, TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * Has something done whenever there is an answer.
	 */
	void onAnswer(Runnable action) {
		this.listeners.add(action);
	}

	/**
	 * The life of the registry, as it was last.
	 */
	String life() {
		return this.life;
	}

	/**
	 * The version of the control's state, as it was last.
	 */
	String controlVersion() {
		return this.controlVersion;
	}

	private void send() {
		StatefulRedisPubSubConnection<String, String> connection = this.hearing.current();
		long word = this.sent + 1;
		this.sentAt = System.nanoTime();
		this.sent = word;
		String[] keys = { this.node.keys().life, this.node.keys().control, this.node.keys().check };
		this.node.call(RedisScript.PROBE, keys, this.feed, String.valueOf(word)).thenAccept((answer) -> {
			this.life = String.valueOf(answer.get(1));
			this.controlVersion = String.valueOf(answer.get(2));
			String refused = String.valueOf(answer.get(3));
			this.node.noteWrite(refused.isEmpty() ? null : RedisRefusal.of(refused));
			if (connection != null) {
				expect(connection, word);
			}
			this.listeners.forEach(Runnable::run);
		});
	}

	private void expect(StatefulRedisPubSubConnection<String, String> connection, long word) {
		long patience = this.node.settings().commandTimeout().toMillis();
		try {
			this.node.clock().schedule(() -> {
				if (this.heard < word) {
					this.hearing.renew(connection);
				}
			}, patience, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The server ends.
		}
	}

	private void hear(String word) {
		if (word.matches("\\d{1,18}")) {
			this.heard = Long.parseLong(word);
			if (this.heard == this.sent) {
				this.node.events().heard(this.sentAt);
			}
		}
	}

	@Override
	public void dispose() {
		Disposable timer = this.timer;
		if (timer != null) {
			timer.dispose();
		}
	}

}
