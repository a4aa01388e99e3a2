package io.github.cometspring.redis;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
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

	private final RedisSettings settings;

	private final RedisTiming timing;

	private final Set<Safeguard> without;

	private final Scheduler clock;

	private final RedisKeys keys;

	private final RedisConnector connector;

	private final RedisFeed feed;

	private final RedisLine<StatefulRedisConnection<String, String>> commands;

	private final RedisLine<StatefulRedisPubSubConnection<String, String>> hearing;

	private final List<Runnable> restored = new CopyOnWriteArrayList<>();

	private final RareWarning strange = new RareWarning(
			"Something on Redis is left alone that Comet has not written, in the place of a channel or on its feed");

	private final RedisProbe probe;

	private final RedisEvents events = new RedisEvents();

	private volatile @Nullable RedisSession session;

	private volatile long lastAnswer;

	private volatile @Nullable RedisRefusal refused;

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

	RedisNode(RedisURI uri, @Nullable SslOptions ssl, RedisSettings settings, RedisTiming timing, Scheduler clock,
			Safeguard... without) {
		this.settings = settings;
		this.timing = timing;
		this.clock = clock;
		this.without = Set.of(without);
		this.keys = new RedisKeys(settings.keyPrefix(), uri.getDatabase());
		Duration timeout = settings.commandTimeout();
		this.connector = new RedisConnector(uri, ssl, timeout, !has(Safeguard.REPLAY_PROTECTION));
		this.feed = new RedisFeed(timeout.toMillis());
		Duration patience = timeout.multipliedBy(3);
		this.commands = new RedisLine<>(this.connector::openForCommands, this::begin, this::commandsChanged, clock,
				timing, patience);
		this.hearing = new RedisLine<>(this.connector::openForFeeds, this.feed::restore, this::hearingChanged, clock,
				timing, patience);
		this.probe = new RedisProbe(this, this.hearing);
	}

	/**
	 * Begins to connect. Where Redis is away, this goes on trying.
	 * @return completes when the first attempt is over, or
	 * {@link IncompatibleRedisException} if Redis answers and cannot be used
	 */
	public CompletionStage<Void> start() {
		CompletionStage<@Nullable Throwable> hearing = this.hearing.start().handle((done, ex) -> ex);
		CompletionStage<@Nullable Throwable> commands = this.commands.start().handle((done, ex) -> ex);
		this.probe.start();
		return commands.thenCombine(hearing, (first, second) -> {
			@Nullable Throwable failure = (RedisRefusal.lasting(first) != null) ? first : second;
			IncompatibleRedisException lasting = RedisRefusal.lasting(failure);
			if (lasting != null) {
				throw lasting;
			}
			return null;
		});
	}

	private CompletionStage<RedisSession> begin(StatefulRedisConnection<String, String> connection) {
		return RedisSession.begin(connection, this.keys, has(Safeguard.LIFE_CHECK)).thenApply((session) -> {
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
			this.events.connected(RedisListener.Connection.COMMANDS);
			changed();
		}
	}

	private void hearingChanged() {
		if (this.hearing.current() != null) {
			this.events.connected(RedisListener.Connection.FEED);
		}
		changed();
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

	boolean has(Safeguard safeguard) {
		return !this.without.contains(safeguard);
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
	 * Sets the listener, in place of the one before.
	 * @param listener is notified from now on
	 */
	public void observe(RedisListener listener) {
		this.events.setListener(listener);
	}

	RedisEvents events() {
		return this.events;
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
		return this.events.report(script, () -> send(script, keys, arguments));
	}

	private CompletableFuture<List<Object>> send(RedisScript script, String[] keys, String[] arguments) {
		RedisSession session = this.session;
		if (session == null || !session.connection().isOpen()) {
			return CompletableFuture.failedFuture(new BrokerUnavailableException(this.commands.failure()));
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
			// Refused before it was sent
			return CompletableFuture.failedFuture(new BrokerUnavailableException(ex));
		}
	}

	private BrokerUnavailableException translate(RedisSession session, String key, Throwable ex) {
		Throwable cause = (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
		if (cause instanceof RedisCommandExecutionException refused) {
			RedisRefusal refusal = RedisRefusal.of(refused);
			if (refusal.isWithoutScripts()) {
				this.commands.renew(session.connection());
			}
			else if (refusal.isReadOnly()) {
				findMaster(session);
			}
			else if (refusal.isOfAnotherType()) {
				this.strange.warn("key '" + key + "' or one beside it: " + refusal.message());
			}
			return new BrokerUnavailableException(refused);
		}
		if (cause instanceof RedisCommandTimeoutException
				&& System.nanoTime() - this.lastAnswer > this.settings.commandTimeout().toNanos()) {
			// Nothing at all has come back.
			this.commands.renew(session.connection());
		}
		return new BrokerUnavailableException((cause instanceof CancellationException) ? null : cause, true);
	}

	/**
	 * Connects again, since another server may be the master now. A connection that is
	 * young stays: where there is no other master, reading goes on.
	 */
	private void findMaster(RedisSession session) {
		if (System.nanoTime() - session.begun() > this.timing.longestRetry().toNanos()) {
			this.commands.renew(session.connection());
		}
	}

	/**
	 * Notes whether Redis accepts writes.
	 * @param refused Redis' answer to one, or {@code null} if it has accepted it
	 */
	void noteWrite(@Nullable RedisRefusal refused) {
		this.refused = refused;
		RedisSession session = this.session;
		if (refused != null && refused.isReadOnly() && session != null) {
			findMaster(session);
		}
	}

	/**
	 * Why Redis has not accepted the last probe's write.
	 * @return the refusal, or {@code null} if it has accepted the write
	 */
	@Nullable RedisRefusal refused() {
		return this.refused;
	}

	/**
	 * Logs that something on Redis is left alone which Comet has not written.
	 */
	RareWarning strange() {
		return this.strange;
	}

	@Override
	public void dispose() {
		this.probe.dispose();
		this.commands.dispose();
		this.hearing.dispose();
		this.session = null;
		this.connector.dispose();
	}

}
