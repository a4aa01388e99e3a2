package io.github.cometspring.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.channel.ChannelListener;
import io.github.cometspring.testing.Await;
import io.lettuce.core.RedisURI;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The nodes of a test, with shorter intervals than servers have.
 */
final class RedisNodes implements AutoCloseable {

	static final RedisTiming FAST = new RedisTiming(Duration.ofMillis(200), Duration.ofMillis(500),
			Duration.ofMillis(50), Duration.ofMinutes(1), Duration.ofMillis(20), Duration.ofMillis(200));

	/** Long enough for a busy machine. */
	static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final Scheduler clock = Schedulers.newParallel("nodes", 2, true);

	private final List<RedisNode> nodes = new ArrayList<>();

	private final List<RedisChannelBroker> brokers = new ArrayList<>();

	private RedisTiming timing = FAST;

	private Duration timeout = TIMEOUT;

	/**
	 * Sets the intervals and the timeout of nodes that are created from now on.
	 */
	RedisNodes with(RedisTiming timing, Duration timeout) {
		this.timing = timing;
		this.timeout = timeout;
		return this;
	}

	/**
	 * Lets nodes not read a channel merely because its feed is silent, and regard Redis
	 * as away after two seconds.
	 */
	RedisNodes withoutChecks() {
		return with(new RedisTiming(FAST.probe(), Duration.ofHours(1), FAST.sweep(), FAST.linger(), FAST.firstRetry(),
				FAST.longestRetry()), Duration.ofSeconds(2));
	}

	/**
	 * A node that has begun to connect.
	 */
	RedisNode node(int port, String prefix, @Nullable Integer limit) {
		return node(RedisURI.create("127.0.0.1", port), prefix, limit);
	}

	/**
	 * A node that does not probe Redis, and so does not look at its channels by itself.
	 */
	RedisNode nodeWithoutProbe(int port, String prefix, @Nullable Integer limit) {
		return node(RedisURI.create("127.0.0.1", port), prefix, limit, Safeguard.PROBE);
	}

	/**
	 * A node that logs in as a user.
	 */
	RedisNode node(int port, String prefix, @Nullable Integer limit, String user, String password) {
		return node(RedisURI.Builder.redis("127.0.0.1", port).withAuthentication(user, password).build(), prefix,
				limit);
	}

	private RedisNode node(RedisURI uri, String prefix, @Nullable Integer limit, Safeguard... without) {
		RedisSettings settings = new RedisSettings(prefix, this.timeout, this.timing.probe(), limit);
		RedisNode node = new RedisNode(uri, null, settings, this.timing, this.clock, without);
		this.nodes.add(node);
		return node;
	}

	/**
	 * The broker of a node that is connected.
	 */
	RedisChannelBroker broker(RedisNode node) {
		return broker(node, ChannelListener.NONE);
	}

	/**
	 * The broker of a node that is connected, with a listener.
	 */
	RedisChannelBroker broker(RedisNode node, ChannelListener listener) {
		RedisChannelBroker broker = new RedisChannelBroker(node, listener);
		this.brokers.add(broker);
		start(node);
		Await.within(Duration.ofSeconds(30), () -> node.isConnected() && node.isSubscribed());
		return broker;
	}

	static void start(RedisNode node) {
		try {
			node.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException cause) {
				throw cause;
			}
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.brokers.forEach(RedisChannelBroker::dispose);
		this.nodes.forEach(RedisNode::dispose);
		this.clock.dispose();
	}

}
