package io.github.cometspring.redis;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * This node's two connections to Redis: one for commands, and one that subscribes to
 * feeds. The application's own clients do not share them.
 * <p>
 * No command is sent twice. While there is no connection commands fail at once. The node
 * regularly publishes a message to itself; if it does not arrive, the subscriber
 * connection is replaced.
 * <p>
 * Thread-safe. Its owner {@linkplain #start() starts} and {@linkplain #dispose()
 * disposes} it.
 *
 * @since 0.1.0
 */
public final class RedisNode implements Disposable {

	private final RedisSettings settings;

	private final RedisTiming timing;

	private final Set<Safeguard> without;

	private final Scheduler clock;

	private final RedisKeys keys;

	private final RedisConnector connector;

	private final RedisFeeds feeds;

	private final RedisLine<StatefulRedisConnection<String, String>> commands;

	private final RedisLine<StatefulRedisPubSubConnection<String, String>> subscriber;

	private final List<Runnable> changeListeners = new CopyOnWriteArrayList<>();

	private final RateLimitedWarning unknownData = new RateLimitedWarning(
			"Redis has data that Comet did not write and does not change, in the keys or on the feed of a channel");

	private final RedisProbe probe;

	private final RedisEvents events = new RedisEvents();

	private final ScriptCalls scripts;

	/**
	 * Creates a node that is not connected.
	 * @param uri the address of Redis
	 * @param ssl the options of TLS, or {@code null} for the defaults
	 * @param settings how to use Redis
	 * @param clock schedules periodic work and attempts to reconnect
	 */
	public RedisNode(RedisURI uri, @Nullable SslOptions ssl, RedisSettings settings, Scheduler clock) {
		this(uri, ssl, settings, RedisTiming.of(settings), clock);
	}

	RedisNode(RedisURI uri, @Nullable SslOptions ssl, RedisSettings settings, RedisTiming timing, Scheduler clock,
			Safeguard... without) {
		this.settings = settings;
		this.timing = timing;
		this.clock = clock;
		this.without = Set.of(without);
		this.keys = new RedisKeys(settings.keyPrefix(), uri.getDatabase());
		Duration timeout = settings.commandTimeout();
		this.connector = new RedisConnector(uri, ssl, timeout, !has(Safeguard.REPLAY_PROTECTION));
		this.feeds = new RedisFeeds(timeout.toMillis());
		Duration connectTimeout = timeout.multipliedBy(3);
		this.commands = new RedisLine<>(this.connector::openForCommands, this::prepare, this::commandsChanged, clock,
				timing, connectTimeout);
		this.scripts = new ScriptCalls(this.commands, this.unknownData, timeout, timing);
		this.subscriber = new RedisLine<>(this.connector::openForFeeds, this.feeds::resubscribe, this::feedsChanged,
				clock, timing, connectTimeout);
		this.probe = new RedisProbe(this, this.subscriber);
	}

	/**
	 * Begins to connect. While Redis cannot be reached, the node tries again.
	 * @return completes when the first attempt is over, or
	 * {@link IncompatibleRedisException} if Redis answers but cannot be used
	 */
	public CompletionStage<Void> start() {
		CompletionStage<@Nullable Throwable> subscriber = this.subscriber.start().handle((done, ex) -> ex);
		CompletionStage<@Nullable Throwable> commands = this.commands.start().handle((done, ex) -> ex);
		this.probe.start();
		return commands.thenCombine(subscriber, (first, second) -> {
			@Nullable Throwable failure = (RedisRefusal.lasting(first) != null) ? first : second;
			IncompatibleRedisException lasting = RedisRefusal.lasting(failure);
			if (lasting != null) {
				throw lasting;
			}
			return null;
		});
	}

	private CompletionStage<RedisSession> prepare(StatefulRedisConnection<String, String> connection) {
		return RedisSession.prepare(connection, this.keys, has(Safeguard.RUN_CHECK)).thenApply((session) -> {
			this.scripts.begin(session);
			return session;
		});
	}

	private void commandsChanged() {
		if (this.commands.current() == null) {
			this.scripts.end();
		}
		else {
			this.events.connected(RedisListener.Connection.COMMANDS);
			changed();
		}
	}

	private void feedsChanged() {
		if (this.subscriber.current() != null) {
			this.events.connected(RedisListener.Connection.FEED);
		}
		changed();
	}

	private void changed() {
		this.changeListeners.forEach(Runnable::run);
	}

	/**
	 * Adds an action that runs when a connection has been made, and when the subscriber
	 * connection is lost: the data of this node may be out of date then.
	 */
	void onChange(Runnable action) {
		this.changeListeners.add(action);
	}

	/**
	 * Whether this node is subscribed to its feeds.
	 */
	boolean isSubscribed() {
		return this.subscriber.current() != null;
	}

	/**
	 * Whether there is a connection for commands.
	 */
	boolean isConnected() {
		return this.scripts.session() != null;
	}

	boolean has(Safeguard safeguard) {
		return !this.without.contains(safeguard);
	}

	RedisFeeds feeds() {
		return this.feeds;
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
	 * The run of the server, or an empty text while there is no connection.
	 */
	String run() {
		RedisSession session = this.scripts.session();
		return (session != null) ? session.run() : "";
	}

	/**
	 * Sets the listener, in place of the one before.
	 * @param listener is notified from now on
	 */
	public void observe(RedisListener listener) {
		this.events.setListener(listener);
	}

	RedisEvents events() {
		return this.events;
	}

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
		return this.events.report(script, () -> this.scripts.call(script, keys, arguments));
	}

	/**
	 * Reconnects, since the server is a replica and another one may be the master now.
	 */
	void findMaster() {
		this.scripts.findMaster();
	}

	/**
	 * The warning that Redis has data which Comet has not written, and ignores.
	 */
	RateLimitedWarning unknownData() {
		return this.unknownData;
	}

	@Override
	public void dispose() {
		this.probe.dispose();
		this.commands.dispose();
		this.subscriber.dispose();
		this.scripts.end();
		this.connector.dispose();
	}

}
