package io.github.cometspring.redis;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * A connection to Redis that is replaced by a new one when it breaks. Commands that were
 * in flight fail, and are never sent again.
 * <p>
 * Thread-safe; the lock is this object.
 *
 * @param <C> the type of the connection
 */
final class RedisLine<C extends StatefulConnection<String, String>> {

	private static final int MOST_TOO_EARLY = 3;

	private final Supplier<CompletionStage<C>> connector;

	private final Function<C, CompletionStage<?>> preparation;

	private final Runnable onChange;

	private final Scheduler clock;

	private final RedisTiming timing;

	private final Duration timeout;

	private final RateLimitedWarning warning = new RateLimitedWarning("Cannot connect to Redis; trying again");

	private final CompletableFuture<Void> firstAttempt = new CompletableFuture<>();

	private volatile @Nullable C current;

	private volatile @Nullable Throwable failure;

	private int failures;

	private boolean disposed;

	/**
	 * Creates a line that is not connected.
	 * @param connector opens a connection
	 * @param preparation makes an open connection ready for use
	 * @param onChange called when there is a connection, and when it is lost
	 * @param clock schedules attempts to reconnect
	 * @param timing the delays before these attempts
	 * @param timeout how long opening and preparing may take together
	 */
	RedisLine(Supplier<CompletionStage<C>> connector, Function<C, CompletionStage<?>> preparation, Runnable onChange,
			Scheduler clock, RedisTiming timing, Duration timeout) {
		this.connector = connector;
		this.preparation = preparation;
		this.onChange = onChange;
		this.clock = clock;
		this.timing = timing;
		this.timeout = timeout;
	}

	/**
	 * Begins to connect, and tries again until it succeeds.
	 * @return completes or fails with the first attempt
	 */
	CompletionStage<Void> start() {
		connect();
		return this.firstAttempt;
	}

	/**
	 * The connection that is ready for use.
	 * @return the connection, or {@code null} while there is none
	 */
	@Nullable C current() {
		return this.current;
	}

	/**
	 * The failure of the last attempt to connect.
	 * @return the failure, or {@code null} if the attempt succeeded
	 */
	@Nullable Throwable failure() {
		return this.failure;
	}

	private void connect() {
		CompletableFuture<C> opening = open();
		opening
			.thenCompose((connection) -> activate(connection)
				.thenCompose((active) -> this.preparation.apply(connection).thenApply((ready) -> connection)))
			.orTimeout(this.timeout.toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((connection, ex) -> {
				if (ex == null) {
					succeed(connection);
				}
				else {
					// It may still open after the timeout.
					opening.thenAccept(StatefulConnection::closeAsync);
					fail(ex);
				}
			});
	}

	/**
	 * Waits until commands can be sent. The client library may complete a connection just
	 * before that, and would reject commands then.
	 */
	private CompletableFuture<Void> activate(C connection) {
		CompletableFuture<Void> active = new CompletableFuture<>();
		connection.addListener(new RedisConnectionStateListener() {
			@Override
			public void onRedisConnected(RedisChannelHandler<?, ?> opened, SocketAddress address) {
				active.complete(null);
			}

			@Override
			public void onRedisDisconnected(RedisChannelHandler<?, ?> closed) {
				active.completeExceptionally(new RedisException("Connection closed"));
				if (!connection.getOptions().isAutoReconnect()) {
					renew(connection);
				}
			}
		});
		if (connection.isOpen()) {
			active.complete(null);
		}
		return active;
	}

	/**
	 * Begins to open a connection. Under the lock: once this line is disposed of, the
	 * client library has no threads for another one.
	 */
	private synchronized CompletableFuture<C> open() {
		if (this.disposed) {
			return CompletableFuture.failedFuture(new RedisException("Connection closed"));
		}
		try {
			return this.connector.get().toCompletableFuture();
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private void succeed(C connection) {
		synchronized (this) {
			this.failures = 0;
			if (this.disposed) {
				connection.closeAsync();
				return;
			}
			this.current = connection;
			this.failure = null;
		}
		this.onChange.run();
		this.firstAttempt.complete(null);
		if (!connection.isOpen()) {
			// Its listener was called before it was the current connection.
			renew(connection);
		}
	}

	private void fail(Throwable ex) {
		if (isTooEarly(ex) && this.failures < MOST_TOO_EARLY) {
			scheduleConnect();
			return;
		}
		this.failure = ex;
		this.firstAttempt.completeExceptionally(ex);
		if (!isDisposed()) {
			this.warning.warn(ex);
			scheduleConnect();
		}
	}

	/**
	 * Whether the client library has rejected its own handshake, because it sent it
	 * before the connection was ready. That says nothing about the server: the first
	 * attempt goes on with another connection.
	 */
	private static boolean isTooEarly(Throwable ex) {
		for (Throwable next = ex; next != null; next = next.getCause()) {
			if (next.getClass() == RedisException.class
					&& String.valueOf(next.getMessage()).startsWith("Currently not connected")) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Closes a connection and opens a new one.
	 * @param broken the connection, which may have been replaced already
	 */
	void renew(C broken) {
		synchronized (this) {
			if (this.current != broken) {
				return;
			}
			this.current = null;
		}
		broken.closeAsync();
		this.onChange.run();
		scheduleConnect();
	}

	private synchronized boolean isDisposed() {
		return this.disposed;
	}

	private void scheduleConnect() {
		synchronized (this) {
			if (this.disposed) {
				return;
			}
			long longest = Math.min(this.timing.longestRetry().toMillis(),
					this.timing.firstRetry().toMillis() << Math.min(this.failures++, 10));
			// Random, so that nodes do not reconnect all at once
			long delay = ThreadLocalRandom.current().nextLong(longest / 2, longest + 1);
			try {
				this.clock.schedule(this::connect, delay, TimeUnit.MILLISECONDS);
			}
			catch (RejectedExecutionException ex) {
				this.disposed = true;
			}
		}
	}

	/**
	 * Stops reconnecting. The client library closes the current connection.
	 */
	synchronized void dispose() {
		this.disposed = true;
		this.current = null;
	}

}
