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
 * Connects to Redis before the application uses a channel, and applies the state of the
 * control before the web server serves its first request. If Redis cannot be reached, the
 * server starts without it and connects later.
 */
final class CometRedisStart implements InitializingBean, SmartLifecycle {

	private static final Log logger = LogFactory.getLog(CometRedisStart.class);

	private final RedisNode node;

	private final RedisControlRelay relay;

	private final RedisTlsCheck tlsCheck;

	private final Duration timeout;

	private volatile boolean running;

	CometRedisStart(RedisNode node, RedisControlRelay relay, RedisTlsCheck tlsCheck, Duration commandTimeout) {
		this.node = node;
		this.relay = relay;
		this.tlsCheck = tlsCheck;
		// Longer than an attempt to connect may take
		this.timeout = commandTimeout.multipliedBy(4);
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
	 * Waits for a stage to complete.
	 * @return why it has not completed in time, or {@code null} if it has
	 */
	private @Nullable Throwable await(CompletionStage<Void> stage) {
		try {
			stage.toCompletableFuture().get(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
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
		// Before web servers and the lifecycle beans of the application
		return Integer.MIN_VALUE / 2;
	}

}
