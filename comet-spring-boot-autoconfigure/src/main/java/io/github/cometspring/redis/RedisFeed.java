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
 * What this node hears: one subscription a name, and one look in a map for whatever
 * comes. On a new connection all names are subscribed to again.
 * <p>
 * Thread-safe; the lock is this object.
 */
final class RedisFeed {

	private static final int CHUNK = 256;

	private final long timeout;

	private final Map<String, Consumer<String>> listeners = new ConcurrentHashMap<>();

	private final Map<String, CompletableFuture<Void>> unconfirmed = new ConcurrentHashMap<>();

	private @Nullable StatefulRedisPubSubConnection<String, String> connection;

	/**
	 * Creates a feed that hears nothing.
	 * @param timeout how long it may take until a subscription is confirmed, in ms
	 */
	RedisFeed(long timeout) {
		this.timeout = timeout;
	}

	/**
	 * Subscribes to everything on a new connection.
	 * @param connection the connection
	 * @return completes when all is heard, or fails as soon as Redis refuses something
	 */
	synchronized CompletionStage<Void> restore(StatefulRedisPubSubConnection<String, String> connection) {
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
	 * Begins to hear something, now and whenever the connection is replaced.
	 * @param name what to hear
	 * @param listener is called by one thread at a time
	 * @return completes when it is heard, or fails if that is to come with the next
	 * connection
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
	 * Hears something no more.
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
			Consumer<String> listener = RedisFeed.this.listeners.get(name);
			if (listener != null) {
				listener.accept(text);
			}
		}

		@Override
		public void subscribed(String name, long count) {
			CompletableFuture<Void> confirmed = RedisFeed.this.unconfirmed.remove(name);
			if (confirmed != null) {
				confirmed.complete(null);
			}
		}

	}

}
