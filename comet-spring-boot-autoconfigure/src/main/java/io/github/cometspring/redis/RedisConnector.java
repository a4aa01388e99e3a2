package io.github.cometspring.redis;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * Opens connections to Redis. While a connection is broken its commands fail at once, and
 * those that were in flight are not sent again. Thread-safe.
 */
final class RedisConnector implements Disposable {

	/** The most commands in flight; further ones fail at once. */
	private static final int MAX_IN_FLIGHT = 1 << 16;

	/** How long threads stay without a task after the end. */
	private static final long QUIET_MS = 100;

	private final RedisURI uri;

	private final ClientResources resources;

	private final RedisClient client;

	/**
	 * Creates a connector.
	 * @param uri the address of Redis
	 * @param ssl the options of TLS, or {@code null} for the defaults
	 * @param timeout how long to wait for a connection or an answer
	 * @param replay whether the client library reconnects, and then sends commands again
	 * that were in flight; for tests
	 */
	RedisConnector(RedisURI uri, @Nullable SslOptions ssl, Duration timeout, boolean replay) {
		this.uri = uri;
		uri.setTimeout(timeout);
		this.resources = ClientResources.builder()
			.ioThreadPoolSize(2)
			.computationThreadPoolSize(2)
			.commandLatencyRecorder(CommandLatencyRecorder.disabled())
			.nettyCustomizer(new FewerWrites())
			.build();
		this.client = RedisClient.create(this.resources, uri);
		ClientOptions.Builder options = ClientOptions.builder()
			// With reconnects of its own, the library sends commands in flight again.
			.autoReconnect(replay)
			.disconnectedBehavior(replay ? ClientOptions.DisconnectedBehavior.DEFAULT
					: ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.requestQueueSize(MAX_IN_FLIGHT)
			.maintNotificationsConfig(MaintNotificationsConfig.disabled())
			.socketOptions(SocketOptions.builder().connectTimeout(timeout).build())
			.timeoutOptions(TimeoutOptions.enabled(timeout));
		if (ssl != null) {
			options.sslOptions(ssl);
		}
		this.client.setOptions(options.build());
	}

	/**
	 * Opens a connection for commands.
	 */
	CompletionStage<StatefulRedisConnection<String, String>> openForCommands() {
		return this.client.connectAsync(StringCodec.UTF8, this.uri);
	}

	/**
	 * Opens a connection for feeds.
	 */
	CompletionStage<StatefulRedisPubSubConnection<String, String>> openForFeeds() {
		return this.client.connectPubSubAsync(StringCodec.UTF8, this.uri);
	}

	/**
	 * Closes all connections. Threads stay for a moment, for attempts to connect that
	 * fail by this: without a thread to report to, the client would log stack traces.
	 */
	@Override
	public void dispose() {
		this.client.shutdownAsync(0, 2, TimeUnit.SECONDS)
			.thenRun(() -> this.resources.shutdown(QUIET_MS, 2000, TimeUnit.MILLISECONDS));
	}

	/**
	 * Writes in one system call what is published within one turn of the event loop.
	 */
	private static final class FewerWrites implements NettyCustomizer {

		@Override
		public void afterChannelInitialized(Channel channel) {
			channel.pipeline()
				.addFirst(new FlushConsolidationHandler(FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES,
						true));
		}

	}

}
