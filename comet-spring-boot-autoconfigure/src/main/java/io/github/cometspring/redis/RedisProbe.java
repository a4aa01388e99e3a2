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
 * Checks periodically that this node receives what is published: it publishes a number to
 * its own feed. A subscriber connection that does not deliver the number within the
 * command timeout is replaced, since a broken connection may look open. The answer of the
 * script also shows changes whose feed message was lost, and whether Redis accepts
 * writes.
 */
final class RedisProbe implements Disposable {

	private final RedisNode node;

	private final RedisLine<StatefulRedisPubSubConnection<String, String>> subscriber;

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	private final String feed;

	private volatile String registryGeneration = "";

	private volatile String controlVersion = "";

	private volatile @Nullable RedisRefusal refusal;

	private volatile long received;

	private volatile long sent;

	private volatile long sentAt;

	private @Nullable Disposable timer;

	RedisProbe(RedisNode node, RedisLine<StatefulRedisPubSubConnection<String, String>> subscriber) {
		this.node = node;
		this.subscriber = subscriber;
		this.feed = node.keys().probe(UUID.randomUUID().toString());
		node.feeds().subscribe(this.feed, this::receive);
	}

	void start() {
		long interval = this.node.timing().probe().toMillis();
		if (this.node.has(Safeguard.PROBE)) {
			this.timer = this.node.clock().schedulePeriodically(this::send, interval, interval, TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * Adds an action that runs after each answer of Redis.
	 */
	void onAnswer(Runnable action) {
		this.listeners.add(action);
	}

	/**
	 * The generation of the registry at the last probe.
	 */
	String registryGeneration() {
		return this.registryGeneration;
	}

	/**
	 * The version of the control's state at the last probe.
	 */
	String controlVersion() {
		return this.controlVersion;
	}

	/**
	 * The error that answered the write of the last probe.
	 * @return the error, or {@code null} if Redis accepted the write
	 */
	@Nullable RedisRefusal refusal() {
		return this.refusal;
	}

	private void send() {
		StatefulRedisPubSubConnection<String, String> connection = this.subscriber.current();
		long number = this.sent + 1;
		this.sentAt = System.nanoTime();
		this.sent = number;
		String[] keys = { this.node.keys().generation, this.node.keys().control, this.node.keys().check };
		this.node.call(RedisScript.PROBE, keys, this.feed, String.valueOf(number)).thenAccept((answer) -> {
			this.registryGeneration = String.valueOf(answer.get(1));
			this.controlVersion = String.valueOf(answer.get(2));
			String error = String.valueOf(answer.get(3));
			RedisRefusal refusal = error.isEmpty() ? null : RedisRefusal.of(error);
			this.refusal = refusal;
			if (refusal != null && refusal.isReadOnly()) {
				this.node.findMaster();
			}
			if (connection != null) {
				expect(connection, number);
			}
			this.listeners.forEach(Runnable::run);
		});
	}

	private void expect(StatefulRedisPubSubConnection<String, String> connection, long number) {
		long timeout = this.node.settings().commandTimeout().toMillis();
		try {
			this.node.clock().schedule(() -> {
				if (this.received < number) {
					this.subscriber.renew(connection);
				}
			}, timeout, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The server is shutting down.
		}
	}

	private void receive(String text) {
		if (text.matches("\\d{1,18}")) {
			this.received = Long.parseLong(text);
			if (this.received == this.sent) {
				this.node.events().received(this.sentAt);
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
