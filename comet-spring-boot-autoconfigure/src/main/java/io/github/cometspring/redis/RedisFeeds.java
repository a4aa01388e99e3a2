package io.github.cometspring.redis;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;

/**
 * The feeds (channels of Redis Pub/Sub) that this node subscribes to, each with one
 * listener. On a new connection it subscribes to all of them again.
 * <p>
 * Thread-safe; the lock is this object.
 */
final class RedisFeeds {

	private static final int CHUNK = 256;

	private final long timeout;

	private final Map<String, Consumer<String>> listeners = new ConcurrentHashMap<>();

	private final Map<String, CompletableFuture<Void>> unconfirmed = new ConcurrentHashMap<>();

	private @Nullable StatefulRedisPubSubConnection<String, String> connection;

	/**
	 * Creates an object without subscriptions.
	 * @param timeout how long Redis may take to confirm a subscription, in milliseconds
	 */
	RedisFeeds(long timeout) {
		this.timeout = timeout;
	}

	/**
	 * Subscribes to all feeds on a new connection.
	 * @param connection the connection
	 * @return completes when Redis has confirmed all subscriptions, or fails as soon as
	 * it refuses one
	 */
	synchronized CompletionStage<Void> resubscribe(StatefulRedisPubSubConnection<String, String> connection) {
		connection.addListener(new Listener());
		this.connection = connection;
		List<String> names = List.copyOf(this.listeners.keySet());
		CompletableFuture<Void> confirmed = CompletableFuture.allOf(names.stream()
			.map((name) -> this.unconfirmed.computeIfAbsent(name, (key) -> new CompletableFuture<>()))
			.toArray(CompletableFuture<?>[]::new));
		for (int i = 0; i < names.size(); i += CHUNK) {
			String[] chunk = names.subList(i, Math.min(i + CHUNK, names.size())).toArray(String[]::new);
			connection.async().subscribe(chunk).exceptionally((ex) -> {
				confirmed.completeExceptionally(ex);
				return null;
			});
		}
		return confirmed;
	}

	/**
	 * Subscribes to a feed, now and on each new connection.
	 * @param name the name of the feed
	 * @param listener receives the messages, from one thread at a time
	 * @return completes when Redis has confirmed the subscription. If it fails, the feed
	 * is subscribed to on the next connection
	 */
	synchronized CompletableFuture<Void> subscribe(String name, Consumer<String> listener) {
		this.listeners.put(name, listener);
		StatefulRedisPubSubConnection<String, String> connection = this.connection;
		if (connection == null || !connection.isOpen()) {
			return CompletableFuture.failedFuture(new BrokerUnavailableException(null));
		}
		CompletableFuture<Void> confirmed = this.unconfirmed.computeIfAbsent(name, (key) -> new CompletableFuture<>());
		connection.async().subscribe(name);
		return confirmed.copy().orTimeout(this.timeout, TimeUnit.MILLISECONDS);
	}

	/**
	 * Unsubscribes from a feed.
	 */
	synchronized void unsubscribe(String name) {
		StatefulRedisPubSubConnection<String, String> connection = this.connection;
		if (this.listeners.remove(name) != null && connection != null && connection.isOpen()) {
			connection.async().unsubscribe(name);
		}
	}

	private final class Listener extends RedisPubSubAdapter<String, String> {

		@Override
		public void message(String name, String text) {
			Consumer<String> listener = RedisFeeds.this.listeners.get(name);
			if (listener != null) {
				listener.accept(text);
			}
		}

		@Override
		public void subscribed(String name, long count) {
			CompletableFuture<Void> confirmed = RedisFeeds.this.unconfirmed.remove(name);
			if (confirmed != null) {
				confirmed.complete(null);
			}
		}

	}

}
