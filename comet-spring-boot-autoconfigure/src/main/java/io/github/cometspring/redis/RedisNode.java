package io.github.cometspring.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * This node's two connections to Redis: one for commands, one for what it hears. Both are
 * its own, whatever other clients the application has.
 * <p>
 * No command is sent twice, and none waits for a connection: while there is none they
 * fail at once. The feed is proved alive by words that the node sends to itself; a feed
 * that brings none back is replaced.
 * <p>
 * Thread-safe. To be {@linkplain #start() started} and {@linkplain #dispose() disposed}
 * by its owner.
 *
 * @since 0.1.0
 */
public final class RedisNode implements Disposable {

	/** How many commands may be under way; more fail at once. */
	private static final int MOST_UNDER_WAY = 1 << 16;

	private final RedisSettings settings;

	private final RedisTiming timing;

	private final Scheduler clock;

	private final RedisKeys keys;

	private final ClientResources resources;

	private final RedisClient client;

	private final RedisFeed feed;

	private final RedisLine<StatefulRedisConnection<String, String>> commands;

	private final RedisLine<StatefulRedisPubSubConnection<String, String>> hearing;

	private final List<Runnable> restored = new CopyOnWriteArrayList<>();

	private final RedisProbe probe;

	private volatile @Nullable RedisSession session;

	private volatile long lastAnswer;

	/**
	 * Creates a node that is not connected.
	 * @param uri where Redis is
	 * @param ssl how to speak TLS, or {@code null} for the defaults
	 * @param settings how to use Redis
	 * @param clock when to do what nobody asks for
	 */
	public RedisNode(RedisURI uri, @Nullable SslOptions ssl, RedisSettings settings, Scheduler clock) {
		this(uri, ssl, settings, RedisTiming.of(settings), clock);
	}

	RedisNode(RedisURI uri, @Nullable SslOptions ssl, RedisSettings settings, RedisTiming timing, Scheduler clock) {
		this.settings = settings;
		this.timing = timing;
		this.clock = clock;
		this.keys = new RedisKeys(settings.keyPrefix(), uri.getDatabase());
		Duration timeout = settings.commandTimeout();
		uri.setTimeout(timeout);
		this.resources = ClientResources.builder()
			.ioThreadPoolSize(2)
			.computationThreadPoolSize(2)
			.commandLatencyRecorder(CommandLatencyRecorder.disabled())
			.build();
		this.client = RedisClient.create(this.resources, uri);
		ClientOptions.Builder options = ClientOptions.builder()
			// Its other mode sends again what was under way when a connection broke.
			.autoReconnect(false)
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.requestQueueSize(MOST_UNDER_WAY)
			.maintNotificationsConfig(MaintNotificationsConfig.disabled())
			.socketOptions(SocketOptions.builder().connectTimeout(timeout).build())
			.timeoutOptions(TimeoutOptions.enabled(timeout));
		if (ssl != null) {
			options.sslOptions(ssl);
		}
		this.client.setOptions(options.build());
		this.feed = new RedisFeed(timeout.toMillis());
		Duration patience = timeout.multipliedBy(3);
		this.commands = new RedisLine<>(() -> this.client.connectAsync(StringCodec.UTF8, uri), this::begin,
				this::commandsChanged, clock, timing, patience);
		this.hearing = new RedisLine<>(() -> this.client.connectPubSubAsync(StringCodec.UTF8, uri), this.feed::restore,
				this::changed, clock, timing, patience);
		this.probe = new RedisProbe(this, this.hearing);
	}

	/**
	 * Begins to connect. Where Redis is away, this goes on trying.
	 * @return completes when the first attempt is over, or
	 * {@link IncompatibleRedisException} if Redis is there and will not do
	 */
	public CompletionStage<Void> start() {
		CompletionStage<Void> hearing = this.hearing.start().exceptionally((ex) -> null);
		CompletionStage<Void> commands = this.commands.start();
		this.probe.start();
		return hearing.thenCompose((heard) -> commands).exceptionally((ex) -> {
			Throwable cause = (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
			for (Throwable next = cause; next != null; next = next.getCause()) {
				if (next instanceof IncompatibleRedisException incompatible) {
					throw incompatible;
				}
				if (next instanceof RedisCommandExecutionException refusal && !isPassing(refusal)) {
					throw new IncompatibleRedisException("Redis refuses this node: " + refusal.getMessage());
				}
			}
			return null;
		});
	}

	private static boolean isPassing(RedisCommandExecutionException refusal) {
		String message = String.valueOf(refusal.getMessage());
		return message.startsWith("LOADING") || message.startsWith("BUSY") || message.startsWith("MASTERDOWN")
				|| message.startsWith("READONLY") || message.startsWith("OOM") || message.startsWith("MISCONF");
	}

	private CompletionStage<RedisSession> begin(StatefulRedisConnection<String, String> connection) {
		return RedisSession.begin(connection, this.keys).thenApply((session) -> {
			this.lastAnswer = System.nanoTime();
			this.session = session;
			return session;
		});
	}

	private void commandsChanged() {
		if (this.commands.current() == null) {
			this.session = null;
		}
		else {
			changed();
		}
	}

	private void changed() {
		this.restored.forEach(Runnable::run);
	}

	/**
	 * Has something done whenever what this node knows may be out of date.
	 */
	void onChange(Runnable action) {
		this.restored.add(action);
	}

	/**
	 * Whether this node hears what is published.
	 */
	boolean isHearing() {
		return this.hearing.current() != null;
	}

	/**
	 * Whether commands can be sent.
	 */
	boolean isConnected() {
		return this.session != null;
	}

	RedisFeed feed() {
		return this.feed;
	}

	RedisKeys keys() {
		return this.keys;
	}

	RedisSettings settings() {
		return this.settings;
	}

	RedisTiming timing() {
		return this.timing;
	}

	Scheduler clock() {
		return this.clock;
	}

	/**
	 * The run of the server at the other end.
	 */
	String run() {
		RedisSession session = this.session;
		return (session != null) ? session.run() : "";
	}

	/**
	 * What is found out from time to time.
	 */
	RedisProbe probe() {
		return this.probe;
	}

	/**
	 * Calls a script. Its first argument is the run of the server.
	 * @param script the script
	 * @param keys all its keys
	 * @param arguments its other arguments
	 * @return the answer, or {@link BrokerUnavailableException}
	 */
	CompletableFuture<List<Object>> call(RedisScript script, String[] keys, String... arguments) {
		RedisSession session = this.session;
		if (session == null || !session.connection().isOpen()) {
			return CompletableFuture.failedFuture(new BrokerUnavailableException(null));
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
						throw translate(session, ex);
					}
					this.lastAnswer = System.nanoTime();
					return answer;
				})
				.toCompletableFuture();
		}
		catch (RuntimeException ex) {
			// Refused before it was sent
			return CompletableFuture.failedFuture(new BrokerUnavailableException(ex));
		}
	}

	private BrokerUnavailableException translate(RedisSession session, Throwable ex) {
		Throwable cause = (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
		if (cause instanceof RedisCommandExecutionException refusal) {
			String message = String.valueOf(refusal.getMessage());
			if (message.startsWith("NOSCRIPT") || message.startsWith("READONLY")) {
				// The scripts are gone, or this is no master any more.
				this.commands.renew(session.connection());
			}
			return new BrokerUnavailableException(refusal);
		}
		if (cause instanceof RedisCommandTimeoutException
				&& System.nanoTime() - this.lastAnswer > this.settings.commandTimeout().toNanos()) {
			// Nothing at all has come back.
			this.commands.renew(session.connection());
		}
		return new BrokerUnavailableException((cause instanceof CancellationException) ? null : cause, true);
	}

	@Override
	public void dispose() {
		this.probe.dispose();
		this.commands.dispose();
		this.hearing.dispose();
		this.session = null;
		this.client.shutdownAsync(0, 2, TimeUnit.SECONDS)
			.thenRun(() -> this.resources.shutdown(0, 2, TimeUnit.SECONDS));
	}

}
