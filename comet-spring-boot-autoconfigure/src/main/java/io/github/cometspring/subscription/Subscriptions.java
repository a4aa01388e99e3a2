package io.github.cometspring.subscription;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

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

	/**
	 * What a stream gets in one batch, in bytes: so much lies in the network layer of a
	 * client that does not read.
	 */
	static final long STREAM_BATCH_SIZE = 65_536;

	private final CometControl control;

	private final SubscriptionLimits limits;

	private final Admission admission;

	private final ConnectionLimit places;

	private final ConcurrentHashMap<EventLoop, LoopSubscriptions> loops = new ConcurrentHashMap<>();

	private final AtomicInteger kills = new AtomicInteger();

	private final Disposable killing;

	private final SubscriptionListener listener;

	private volatile boolean shuttingDown;

	/**
	 * Creates the subscriptions of a node.
	 * @param broker where the channels live
	 * @param control the switch of the service
	 * @param authorization decides who may read which channel, or {@code null} if whoever
	 * knows an id may
	 * @param limits what clients may ask for
	 */
	public Subscriptions(ChannelBroker broker, CometControl control, @Nullable Authorization authorization,
			SubscriptionLimits limits) {
		this(broker, control, authorization, limits, List.of());
	}

	/**
	 * Creates the subscriptions of a node, of which others want to hear.
	 * @param broker where the channels live
	 * @param control the switch of the service
	 * @param authorization decides who may read which channel, or {@code null} if whoever
	 * knows an id may
	 * @param limits what clients may ask for
	 * @param listeners are told what happens
	 */
	public Subscriptions(ChannelBroker broker, CometControl control, @Nullable Authorization authorization,
			SubscriptionLimits limits, List<SubscriptionListener> listeners) {
		this.control = control;
		this.listener = GuardedListeners.of(listeners);
		this.limits = limits;
		this.admission = new Admission(broker, authorization, limits.maxChannels());
		this.places = new ConnectionLimit(limits.maxConnections());
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
		return Flux.using(() -> connect(dialect, loop), (connection) -> request.flatMapMany(connection::listen),
				ConnectedClient::close);
	}

	/**
	 * Admits a client that may ask for several things, one after the other.
	 * @param dialect the dialect that it speaks
	 * @param loop the event loop that owns its socket
	 * @return the connection, to be closed
	 * @throws SubscriptionRejectedException if the service is not active or has no room
	 */
	public ConnectedClient connect(Dialect dialect, EventLoop loop) {
		try {
			return admit(dialect, loop);
		}
		catch (SubscriptionRejectedException ex) {
			this.listener.refused(dialect.transport(), ex.getReason());
			throw ex;
		}
	}

	/**
	 * Admits a client that will {@linkplain #connect ask again} if it is refused: nobody
	 * is told of the refusal.
	 * @param dialect the dialect that it speaks
	 * @param loop the event loop that owns its socket
	 * @return the connection, to be closed, or {@code null} if the client is refused
	 */
	public @Nullable ConnectedClient tryConnect(Dialect dialect, EventLoop loop) {
		try {
			return admit(dialect, loop);
		}
		catch (SubscriptionRejectedException ex) {
			return null;
		}
	}

	private ConnectedClient admit(Dialect dialect, EventLoop loop) {
		// In this order: whoever has an old timeout has not seen the kill after it.
		int killsBefore = this.kills.get();
		ConnectedClient connection = new ConnectedClient(this, dialect, home(loop), this.control.timeout(), killsBefore);
		checkActive();
		this.places.take(dialect.transport());
		this.listener.connected(dialect.transport());
		return connection;
	}

	SubscriptionListener listener() {
		return this.listener;
	}

	/**
	 * What the end of a subscription means for its client.
	 */
	EndReason reason(Ending ending) {
		return switch (ending) {
			case ANSWERED -> EndReason.ANSWERED;
			case CHANNELS_ENDED -> EndReason.CHANNELS_CLOSED;
			case TIMED_OUT -> EndReason.TIMED_OUT;
			case KILLED -> this.control.isActive() ? EndReason.KILLED : EndReason.DEACTIVATED;
			case SHUTTING_DOWN -> EndReason.SHUT_DOWN;
		};
	}

	private void checkActive() {
		if (this.shuttingDown) {
			throw SubscriptionRejectedException.of(Reason.SHUTTING_DOWN, "The server is shutting down");
		}
		if (!this.control.isActive()) {
			throw SubscriptionRejectedException.of(Reason.INACTIVE, "Comet is deactivated");
		}
	}

	private LoopSubscriptions home(EventLoop loop) {
		LoopSubscriptions home = this.loops.get(loop);
		return (home != null) ? home
				: this.loops.computeIfAbsent(loop, (key) -> new LoopSubscriptions(key, this.listener));
	}

	SubscriptionLimits limits() {
		return this.limits;
	}

	/**
	 * Whether somebody is asked who may read which channel, and may want to know who
	 * asks.
	 * @return {@code false} if whoever knows an id may
	 */
	public boolean areAuthorized() {
		return this.admission.authorization() != null;
	}

	Admission admission() {
		return this.admission;
	}

	void leave(Transport transport) {
		this.places.giveBack(transport);
	}

	/**
	 * Why a client must end that was admitted a while ago.
	 * @param killsBefore how many orders to end there had been then
	 * @return the reason, or {@code null} if there was no order since
	 */
	@Nullable Ending endedSince(int killsBefore) {
		if (this.kills.get() == killsBefore) {
			return null;
		}
		return this.shuttingDown ? Ending.SHUTTING_DOWN : Ending.KILLED;
	}

	/**
	 * How many clients are connected.
	 * @param transport the way they listen
	 * @return the number at this moment
	 */
	public int connections(Transport transport) {
		return this.places.taken(transport);
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

}
