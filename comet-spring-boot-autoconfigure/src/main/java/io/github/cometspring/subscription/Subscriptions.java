package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.PublicationObserver;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Opens subscriptions, in the same steps for every dialect. It checks whether the service
 * is active, the connection limit, the authorization, and which channels exist. Then it
 * replays missing messages, then delivers live ones, until the client is answered, ended,
 * killed or timed out. One class, as no client may slip through between its admission and
 * an order to end.
 * <p>
 * Thread-safe. To be {@linkplain #dispose() disposed} by its owner.
 *
 * @since 0.1.0
 */
public final class Subscriptions implements Disposable {

	/**
	 * The size of a stream's batch, in bytes. A client that does not read occupies at
	 * most so much memory in the network layer.
	 */
	static final long STREAM_BATCH_SIZE = 65_536;

	private final CometControl control;

	private final SubscriptionLimits limits;

	private final Admission admission;

	private final ConnectionLimit connectionLimit;

	private final RefusalLog refusalLog = new RefusalLog();

	private final ConcurrentHashMap<EventLoop, LoopSubscriptions> loops = new ConcurrentHashMap<>();

	private final AtomicInteger kills = new AtomicInteger();

	private final ConnectedUsers users = new ConnectedUsers();

	private final Disposable orders;

	private final SubscriptionListener listener;

	private final PublicationObserver observer;

	private volatile boolean shuttingDown;

	/**
	 * Creates the subscriptions of a node.
	 * @param broker stores the channels
	 * @param control activates and deactivates the service
	 * @param authorization decides who may read which channel, or {@code null} if knowing
	 * an id is the permission to read
	 * @param limits the limits of clients
	 */
	public Subscriptions(ChannelBroker broker, CometControl control, @Nullable Authorization authorization,
			SubscriptionLimits limits) {
		this(broker, control, authorization, limits, List.of());
	}

	/**
	 * Creates the subscriptions of a node, with listeners.
	 * @param broker stores the channels
	 * @param control activates and deactivates the service
	 * @param authorization decides who may read which channel, or {@code null} if knowing
	 * an id is the permission to read
	 * @param limits the limits of clients
	 * @param listeners receive the events of clients
	 */
	public Subscriptions(ChannelBroker broker, CometControl control, @Nullable Authorization authorization,
			SubscriptionLimits limits, List<SubscriptionListener> listeners) {
		this(broker, control, authorization, limits, listeners, PublicationObserver.NONE);
	}

	/**
	 * Creates the subscriptions of a node, with listeners and an observer.
	 * @param broker stores the channels
	 * @param control activates and deactivates the service
	 * @param authorization decides who may read which channel, or {@code null} if knowing
	 * an id is the permission to read
	 * @param limits the limits of clients
	 * @param listeners receive the events of clients
	 * @param observer observes how publications are passed on to clients
	 */
	public Subscriptions(ChannelBroker broker, CometControl control, @Nullable Authorization authorization,
			SubscriptionLimits limits, List<SubscriptionListener> listeners, PublicationObserver observer) {
		this.control = control;
		this.observer = GuardedObserver.of(observer);
		this.listener = GuardedListeners.of(listeners);
		this.limits = limits;
		this.admission = new Admission(broker, authorization, limits.maxChannels());
		this.connectionLimit = new ConnectionLimit(limits);
		this.orders = Disposables.composite(control.kills().subscribe((kill) -> endAll(Ending.KILLED, Duration.ZERO)),
				control.userCommands().subscribe(this.users::end));
	}

	/**
	 * Opens a subscription. It subscribes to the request only after it has checked that
	 * the service is active and a slot is free, so that no request is read that will be
	 * refused.
	 * @param dialect the dialect of the client
	 * @param loop the event loop that owns the client's socket, which emits the batches
	 * @param request decodes the request
	 * @return the batches, or {@link SubscriptionRejectedException}, or the error of the
	 * request
	 */
	public Flux<Batch> open(Dialect dialect, EventLoop loop, Mono<SubscriptionRequest> request) {
		return Flux.using(() -> connect(dialect, loop), (client) -> request.flatMapMany(client::listen),
				ConnectedClient::close);
	}

	/**
	 * Admits a client that may send several requests, one after the other.
	 * @param dialect the dialect that it speaks
	 * @param loop the event loop that owns its socket
	 * @return the client, to be closed
	 * @throws SubscriptionRejectedException if the service is not active or no slot is
	 * free
	 */
	public ConnectedClient connect(Dialect dialect, EventLoop loop) {
		return connect(dialect, loop, null);
	}

	/**
	 * Admits a client that may send several requests, one after the other.
	 * @param dialect the dialect that it speaks
	 * @param loop the event loop that owns its socket
	 * @param address provides its address, or {@code null} if it is not known
	 * @return the client, to be closed
	 * @throws SubscriptionRejectedException if the service is not active, no slot is free
	 * or the address has too many connections
	 */
	public ConnectedClient connect(Dialect dialect, EventLoop loop, @Nullable ClientAddress address) {
		try {
			return admit(dialect, loop, address, false);
		}
		catch (SubscriptionRejectedException ex) {
			refused(dialect.transport(), ex);
			throw ex;
		}
	}

	/**
	 * Admits a client for which the caller will {@linkplain #connect connect} if this
	 * refuses it, or if the client is refused before it begins to listen and before the
	 * caller {@linkplain ConnectedClient#confirm() confirms} it. Listeners are not
	 * notified of such a client.
	 * @param dialect the dialect that it speaks
	 * @param loop the event loop that owns its socket
	 * @param address provides its address, or {@code null} if it is not known
	 * @return the client, to be closed, or {@code null} if the client is refused
	 */
	public @Nullable ConnectedClient tryConnect(Dialect dialect, EventLoop loop, @Nullable ClientAddress address) {
		try {
			return admit(dialect, loop, address, true);
		}
		catch (SubscriptionRejectedException ex) {
			return null;
		}
	}

	private ConnectedClient admit(Dialect dialect, EventLoop loop, @Nullable ClientAddress address,
			boolean provisional) {
		// In this order: a client with an old timeout has not counted the kill that
		// followed it.
		int killsBefore = this.kills.get();
		Duration timeout = this.control.timeout();
		checkActive();
		ClientQuota quota = this.connectionLimit.take(dialect.transport(), address);
		ConnectedClient client = new ConnectedClient(this, dialect, home(loop), timeout, killsBefore, provisional,
				quota);
		if (!provisional) {
			this.listener.connected(dialect.transport());
		}
		return client;
	}

	/**
	 * Reports that a client is refused.
	 */
	void refused(Transport transport, SubscriptionRejectedException refusal) {
		this.refusalLog.log(refusal);
		this.listener.refused(transport, refusal.getReason());
	}

	/**
	 * Whether the connections of one address are limited, so that the address of each
	 * client has to be known.
	 * @return {@code false} if addresses do not matter
	 */
	public boolean limitAddresses() {
		return this.connectionLimit.quotas().limitAddresses();
	}

	/**
	 * Whether the connections of one user are limited, so that the user of each client
	 * has to be known.
	 * @return {@code false} if users do not matter
	 */
	public boolean limitUsers() {
		return this.connectionLimit.quotas().users() != null;
	}

	SubscriptionListener listener() {
		return this.listener;
	}

	/**
	 * The reason for which a client ends, by the ending of its subscription.
	 */
	EndReason reason(Ending ending) {
		return switch (ending) {
			case ANSWERED -> EndReason.ANSWERED;
			case CHANNELS_ENDED -> EndReason.CHANNELS_CLOSED;
			case TIMED_OUT -> EndReason.TIMED_OUT;
			case EXPIRED -> EndReason.EXPIRED;
			case AGED -> EndReason.AGED;
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
				: this.loops.computeIfAbsent(loop, (key) -> new LoopSubscriptions(key, this.listener, this.observer));
	}

	SubscriptionLimits limits() {
		return this.limits;
	}

	/**
	 * Whether it matters who the client is: there is an authorizer, or log-ins of users
	 * may end.
	 * @return {@code false} if knowing an id is the permission to read
	 */
	public boolean areAuthorized() {
		return this.admission.authorization() != null;
	}

	/**
	 * Whether an authorizer of the application looks at the requests of clients.
	 * @return {@code false} if it is enough to know the user
	 */
	public boolean areRequestsRead() {
		Authorization authorization = this.admission.authorization();
		return authorization != null && authorization.readsRequests();
	}

	Admission admission() {
		return this.admission;
	}

	ConnectedUsers users() {
		return this.users;
	}

	void leave(Transport transport) {
		this.connectionLimit.release(transport);
	}

	/**
	 * The ending of a client, if there was a kill after it was admitted.
	 * @param killsBefore the number of kills when it was admitted
	 * @return the ending, or {@code null} if there was no kill since
	 */
	@Nullable Ending endedSince(int killsBefore) {
		if (this.kills.get() == killsBefore) {
			return null;
		}
		return this.shuttingDown ? Ending.SHUTTING_DOWN : Ending.KILLED;
	}

	/**
	 * The number of clients that are connected.
	 * @param transport their transport
	 * @return the number at this moment
	 */
	public int connections(Transport transport) {
		return this.connectionLimit.taken(transport);
	}

	/**
	 * How many channels the clients listen to, each counted for each client.
	 * @return about the number at this moment
	 */
	public long subscriptions() {
		long sum = 0;
		for (LoopSubscriptions home : this.loops.values()) {
			sum += home.readers();
		}
		return sum;
	}

	/**
	 * Ends all waiting clients and refuses new ones, because the server is about to stop.
	 */
	public void shutDown() {
		shutDown(Duration.ZERO);
	}

	/**
	 * Refuses new clients, and ends the waiting ones one after the other, because the
	 * server is about to stop. They are spread over a time, so that they do not come to
	 * the other nodes together. Until it is ended, a client gets its messages.
	 * @param spread the time after which the last one is ended, or zero to end all at
	 * once
	 */
	public void shutDown(Duration spread) {
		this.shuttingDown = true;
		endAll(Ending.SHUTTING_DOWN, spread);
	}

	/**
	 * Admits clients again after {@link #shutDown()}, because the server has been started
	 * again.
	 */
	public void resume() {
		this.shuttingDown = false;
	}

	private void endAll(Ending ending, Duration spread) {
		// Counted before the loops get the task: a client that is not in a loop
		// yet sees the count.
		int order = this.kills.incrementAndGet();
		this.loops.values().forEach((home) -> home.orderToEnd(ending, order, spread));
	}

	@Override
	public void dispose() {
		this.orders.dispose();
	}

	@Override
	public boolean isDisposed() {
		return this.orders.isDisposed();
	}

}
