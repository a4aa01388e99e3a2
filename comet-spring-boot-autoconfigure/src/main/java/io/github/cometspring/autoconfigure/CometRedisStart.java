package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.redis.IncompatibleRedisException;
import io.github.cometspring.redis.RedisControlRelay;
import io.github.cometspring.redis.RedisNode;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.SmartLifecycle;

/**
 * Connects to Redis before the application uses a channel, and takes over the state of
 * the other nodes before the web server serves its first request. Where Redis is away the
 * server starts, and joins later.
 */
final class CometRedisStart implements InitializingBean, SmartLifecycle {

	private static final Log logger = LogFactory.getLog(CometRedisStart.class);

	private final RedisNode node;

	private final RedisControlRelay relay;

	private final RedisTlsCheck tlsCheck;

	private final Duration patience;

	private volatile boolean running;

	CometRedisStart(RedisNode node, RedisControlRelay relay, RedisTlsCheck tlsCheck, Duration commandTimeout) {
		this.node = node;
		this.relay = relay;
		this.tlsCheck = tlsCheck;
		// As long as an attempt may take
		this.patience = commandTimeout.multipliedBy(4);
	}

	@Override
	public void afterPropertiesSet() {
		await(this.node.start());
	}

	@Override
	public void start() {
		this.running = true;
		if (await(this.relay.refresh()) != null) {
			this.tlsCheck.run();
			logger.warn("Redis cannot be reached: channels are unavailable until it can (spring.data.redis)");
		}
	}

	/**
	 * Waits until something is done.
	 * @return why it is not, or {@code null} if it is
	 */
	private @Nullable Throwable await(CompletionStage<Void> stage) {
		try {
			stage.toCompletableFuture().get(this.patience.toMillis(), TimeUnit.MILLISECONDS);
			return null;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return ex;
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof IncompatibleRedisException incompatible) {
				throw incompatible;
			}
			return ex;
		}
		catch (TimeoutException ex) {
			return ex;
		}
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		// Before web servers, and before what the application starts
		return Integer.MIN_VALUE / 2;
	}

}
