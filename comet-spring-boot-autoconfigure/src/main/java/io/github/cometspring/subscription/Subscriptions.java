package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Opens subscriptions, the same way for every dialect: is the service active, is there
 * room, is the client authorized, are the channels known; then replay, then live, until
 * it is answered, ended, killed or timed out.
 * <p>
 * Thread-safe. To be {@linkplain #dispose() disposed} by its owner.
 *
 * @since 0.1.0
 */
public final class Subscriptions implements Disposable {

	private static final Logger logger = Loggers.getLogger(Subscriptions.class);

	/**
	 * What a stream gets in one batch, in bytes: so much lies in the network layer of a
	 * client that does not read.
	 */
	private static final long STREAM_BATCH_SIZE = 65_536;

	private final ChannelBroker broker;

	private final CometControl control;

	private final @Nullable ChannelAuthorizer authorizer;

	private final SubscriptionLimits limits;

	private final ConcurrentHashMap<EventLoop, LoopSubscriptions> loops = new ConcurrentHashMap<>();

	private final AtomicInteger connections = new AtomicInteger();

	private final AtomicIntegerArray connectionsByTransport = new AtomicIntegerArray(Transport.values().length);

	private final AtomicInteger kills = new AtomicInteger();

	private final Disposable killing;

	private volatile boolean shuttingDown;

	/**
	 * Creates the subscriptions of a node.
	 * @param broker where the channels live
	 * @param control the switch of the service
	 * @param authorizer decides who may read which channel, or {@code null} if whoever
	 * knows an id may
	 * @param limits what clients may ask for
	 */
	public Subscriptions(ChannelBroker broker, CometControl control, @Nullable ChannelAuthorizer authorizer,
			SubscriptionLimits limits) {
		this.broker = broker;
		this.control = control;
		this.authorizer = authorizer;
		this.limits = limits;
		this.killing = control.kills().subscribe((kill) -> endAll(Ending.KILLED));
	}

	/**
	 * Opens a subscription. The request is not asked for before the service is known to
	 * be active and to have room, so that nothing is read from a client in vain.
	 * @param dialect the dialect that asks
	 * @param loop the event loop that owns the client's socket, which the batches come on
	 * @param request decodes what the client asks for
	 * @return the batches, or {@link SubscriptionRejectedException}, or the error of the
	 * request
	 */
	public Flux<Batch> open(Dialect dialect, EventLoop loop, Mono<SubscriptionRequest> request) {
		return Flux.using(() -> connect(dialect, loop), (connection) -> connection.listen(request), Connection::close);
	}

	/**
	 * Admits a client that may ask for several things, one after the other.
	 * @param dialect the dialect that it speaks
	 * @param loop the event loop that owns its socket
	 * @return the connection, to be closed
	 * @throws SubscriptionRejectedException if the service is not active or has no room
	 */
	public Connection connect(Dialect dialect, EventLoop loop) {
		// In this order: whoever has an old timeout has not seen the kill after it.
		int killsBefore = this.kills.get();
		Terms terms = new Terms(dialect, this.control.timeout(), killsBefore);
		checkActive();
		enter(dialect.transport());
		return new Connection(this, terms, loop);
	}

	Flux<Batch> listen(Terms terms, EventLoop loop, Mono<SubscriptionRequest> request) {
		return request.flatMap(this::admit)
			.flatMapMany((admitted) -> find(admitted.channels())
				.flatMapMany((found) -> listen(admitted, terms, loop, found)));
	}

	/**
	 * The living channels, and of the closed those that a client has been reading.
	 */
	private Mono<Map<String, ChannelLog>> find(Map<String, Cursor> channels) {
		return this.broker.findAll(channels.keySet()).flatMap((living) -> {
			if (living.size() == channels.size()) {
				return Mono.just(living);
			}
			return Flux.fromIterable(channels.entrySet())
				.filter((start) -> !living.containsKey(start.getKey()) && start.getValue().knows(start.getKey()))
				.concatMap((start) -> this.broker.findClosed(start.getKey()))
				.collectMap(ChannelLog::id, Function.identity(), () -> new HashMap<>(living));
		});
	}

	private void checkActive() {
		if (this.shuttingDown) {
			throw new SubscriptionRejectedException(Reason.SHUTTING_DOWN, "The server is shutting down");
		}
		if (!this.control.isActive()) {
			throw new SubscriptionRejectedException(Reason.INACTIVE, "Comet is deactivated");
		}
	}

	private void enter(Transport transport) {
		Integer limit = this.limits.maxConnections();
		if (limit != null && this.connections.getAndUpdate((used) -> Math.min(used + 1, limit)) >= limit) {
			throw new SubscriptionRejectedException(Reason.TOO_MANY_CONNECTIONS,
					"%d of %d connections in use (comet.max-connections)".formatted(limit, limit));
		}
		if (limit == null) {
			this.connections.incrementAndGet();
		}
		this.connectionsByTransport.incrementAndGet(transport.ordinal());
	}

	void leave(Transport transport) {
		this.connections.decrementAndGet();
		this.connectionsByTransport.decrementAndGet(transport.ordinal());
	}

	private Mono<SubscriptionRequest> admit(SubscriptionRequest request) {
		if (request.channels().size() > this.limits.maxChannels()) {
			throw new SubscriptionRejectedException(Reason.TOO_MANY_CHANNELS,
					"Too many channels: at most %d in one request".formatted(this.limits.maxChannels()));
		}
		ChannelAuthorizer authorizer = this.authorizer;
		if (authorizer == null) {
			return Mono.just(request);
		}
		return request.principal()
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.flatMap((principal) -> Flux.fromIterable(request.channels().keySet())
				.concatMap((channel) -> mayRead(authorizer, principal.orElse(null), channel))
				.all((permitted) -> permitted))
			.map((permitted) -> {
				if (!permitted) {
					throw new SubscriptionRejectedException(Reason.FORBIDDEN, "Not authorized");
				}
				return request;
			});
	}

	private static Mono<Boolean> mayRead(ChannelAuthorizer authorizer, @Nullable Principal principal, String channel) {
		return Mono.defer(() -> authorizer.mayRead(principal, channel)).defaultIfEmpty(false).onErrorResume((ex) -> {
			logger.warn("The channel authorizer failed; access is refused", ex);
			return Mono.just(false);
		});
	}

	private Flux<Batch> listen(SubscriptionRequest request, Terms terms, EventLoop loop,
			Map<String, ChannelLog> found) {
		return new Flux<>() {
			@Override
			public void subscribe(CoreSubscriber<? super Batch> subscriber) {
				subscriber.onSubscribe(new ClientSubscription(subscriber, terms, home(loop), request, found));
			}
		};
	}

	private LoopSubscriptions home(EventLoop loop) {
		return this.loops.computeIfAbsent(loop, (key) -> new LoopSubscriptions(key));
	}

	/**
	 * How many clients are connected.
	 * @param transport the way they listen
	 * @return the number at this moment
	 */
	public int connections(Transport transport) {
		return this.connectionsByTransport.get(transport.ordinal());
	}

	/**
	 * Ends everything that waits and refuses what comes: the server is about to stop.
	 */
	public void shutDown() {
		this.shuttingDown = true;
		endAll(Ending.SHUTTING_DOWN);
	}

	/**
	 * Serves again after {@link #shutDown()}: the server has been started again.
	 */
	public void resume() {
		this.shuttingDown = false;
	}

	private void endAll(Ending ending) {
		// Counted before the loops are asked: what is not there yet sees the count
		// instead.
		int order = this.kills.incrementAndGet();
		this.loops.values().forEach((home) -> endAll(home, ending, order));
	}

	private static void endAll(LoopSubscriptions home, Ending ending, int order) {
		try {
			home.loop().execute(() -> home.endAll(ending, order));
		}
		catch (RejectedExecutionException ex) {
			// The loop has ended, and its clients with it; the others have not.
		}
	}

	@Override
	public void dispose() {
		this.killing.dispose();
	}

	@Override
	public boolean isDisposed() {
		return this.killing.isDisposed();
	}

	/**
	 * What is fixed when a subscription begins.
	 */
	final class Terms {

		private final Dialect dialect;

		private final Duration timeout;

		private final int killsBefore;

		private Terms(Dialect dialect, Duration timeout, int killsBefore) {
			this.dialect = dialect;
			this.timeout = timeout;
			this.killsBefore = killsBefore;
		}

		Dialect dialect() {
			return this.dialect;
		}

		/**
		 * How long a poll is held, or a stream may be silent.
		 */
		Duration timeout(SubscriptionRequest request) {
			if (!this.dialect.transport().isPolling()) {
				return Subscriptions.this.limits.heartbeat();
			}
			Duration wanted = request.timeout();
			return (wanted != null && wanted.compareTo(this.timeout) < 0) ? wanted : this.timeout;
		}

		long maxResponseSize() {
			long limit = Subscriptions.this.limits.maxResponseSize();
			return this.dialect.transport().isPolling() ? limit : Math.min(limit, STREAM_BATCH_SIZE);
		}

		boolean beganBefore(int order) {
			return this.killsBefore - order < 0;
		}

		@Nullable Ending endedMeanwhile() {
			if (Subscriptions.this.kills.get() == this.killsBefore) {
				return null;
			}
			return Subscriptions.this.shuttingDown ? Ending.SHUTTING_DOWN : Ending.KILLED;
		}

	}

}
