package io.github.cometspring.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import org.jspecify.annotations.Nullable;

/**
 * Calls scripts on the connection for commands, and reconnects if a failure shows that
 * the connection is broken or leads to the wrong server. Each call is sent once.
 * <p>
 * Thread-safe.
 */
final class ScriptCalls {

	private final RedisLine<StatefulRedisConnection<String, String>> line;

	private final RateLimitedWarning unknownData;

	private final Duration timeout;

	private final RedisTiming timing;

	private volatile @Nullable RedisSession session;

	private volatile long lastAnswer;

	ScriptCalls(RedisLine<StatefulRedisConnection<String, String>> line, RateLimitedWarning unknownData,
			Duration timeout, RedisTiming timing) {
		this.line = line;
		this.unknownData = unknownData;
		this.timeout = timeout;
		this.timing = timing;
	}

	/**
	 * Uses a new connection from now on.
	 */
	void begin(RedisSession session) {
		this.lastAnswer = System.nanoTime();
		this.session = session;
	}

	/**
	 * Fails all calls until there is a connection again.
	 */
	void end() {
		this.session = null;
	}

	@Nullable RedisSession session() {
		return this.session;
	}

	/**
	 * Calls a script. Its first argument is the run of the server.
	 * @param script the script
	 * @param keys all its keys
	 * @param arguments its other arguments
	 * @return the answer, or {@link BrokerUnavailableException}
	 */
	CompletableFuture<List<Object>> call(RedisScript script, String[] keys, String[] arguments) {
		RedisSession session = this.session;
		if (session == null || !session.connection().isOpen()) {
			return CompletableFuture.failedFuture(new BrokerUnavailableException(this.line.failure()));
		}
		String[] all = new String[arguments.length + 1];
		all[0] = session.run();
		System.arraycopy(arguments, 0, all, 1, arguments.length);
		try {
			return session.connection()
				.async()
				.<List<Object>>evalsha(String.valueOf(session.digests().get(script)), ScriptOutputType.MULTI, keys, all)
				.handle((answer, ex) -> {
					if (ex != null) {
						throw translate(session, keys[0], ex);
					}
					this.lastAnswer = System.nanoTime();
					return answer;
				})
				.toCompletableFuture();
		}
		catch (RuntimeException ex) {
			// Rejected before it was sent
			return CompletableFuture.failedFuture(new BrokerUnavailableException(ex));
		}
	}

	private BrokerUnavailableException translate(RedisSession session, String key, Throwable ex) {
		Throwable cause = (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
		if (cause instanceof RedisCommandExecutionException refused) {
			RedisRefusal refusal = RedisRefusal.of(refused);
			if (refusal.isWithoutScripts()) {
				this.line.renew(session.connection());
			}
			else if (refusal.isReadOnly()) {
				findMaster(session);
			}
			else if (refusal.isOfAnotherType()) {
				this.unknownData.warn("key '" + key + "' or one beside it: " + refusal.message());
			}
			return new BrokerUnavailableException(refused);
		}
		if (cause instanceof RedisCommandTimeoutException
				&& System.nanoTime() - this.lastAnswer > this.timeout.toNanos()) {
			// No command has been answered meanwhile: the connection may be broken.
			this.line.renew(session.connection());
		}
		return new BrokerUnavailableException((cause instanceof CancellationException) ? null : cause, true);
	}

	/**
	 * Reconnects, since the server is a replica and another one may be the master now.
	 */
	void findMaster() {
		RedisSession session = this.session;
		if (session != null) {
			findMaster(session);
		}
	}

	private void findMaster(RedisSession session) {
		// A recent connection stays: if there is no other master, reads still succeed.
		if (System.nanoTime() - session.begun() > this.timing.longestRetry().toNanos()) {
			this.line.renew(session.connection());
		}
	}

}
