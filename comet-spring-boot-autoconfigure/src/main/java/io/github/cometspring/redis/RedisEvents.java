package io.github.cometspring.redis;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.cometspring.redis.RedisListener.Connection;
import io.github.cometspring.redis.RedisListener.Outcome;
import io.lettuce.core.RedisCommandExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Notifies the listener of a node. Thread-safe; the lock is this object.
 */
final class RedisEvents {

	private final Set<Connection> connectedBefore = EnumSet.noneOf(Connection.class);

	private volatile RedisListener listener = RedisListener.NONE;

	void setListener(RedisListener listener) {
		this.listener = listener;
	}

	/**
	 * Makes a call, and reports how it ends.
	 */
	<T> CompletableFuture<T> report(RedisScript script, Supplier<CompletableFuture<T>> call) {
		RedisListener listener = this.listener;
		if (listener == RedisListener.NONE) {
			return call.get();
		}
		long start = System.nanoTime();
		CompletableFuture<T> answer = call.get();
		answer.whenComplete(
				(done, ex) -> listener.called(script.id(), outcome(ex), Duration.ofNanos(System.nanoTime() - start)));
		return answer;
	}

	private static Outcome outcome(@Nullable Throwable ex) {
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			if (cause instanceof RedisCommandExecutionException) {
				return Outcome.REFUSED;
			}
		}
		return (ex == null) ? Outcome.ANSWERED : Outcome.FAILED;
	}

	/**
	 * Reports a connection, if it replaces another.
	 */
	void connected(Connection connection) {
		boolean first;
		synchronized (this) {
			first = this.connectedBefore.add(connection);
		}
		if (!first) {
			this.listener.reconnected(connection);
		}
	}

	/**
	 * Reports that the node has received its own message.
	 */
	void received(long sentAt) {
		this.listener.received(Duration.ofNanos(System.nanoTime() - sentAt));
	}

}
