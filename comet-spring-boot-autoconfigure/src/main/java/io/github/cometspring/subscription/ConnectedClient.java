package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelLog;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A client that has been admitted. It counts as connected until this is closed. Its
 * channels may change; its dialect, event loop and timeout are fixed when it connects.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class ConnectedClient extends ObservedClient implements AutoCloseable {

	private static final AtomicIntegerFieldUpdater<ConnectedClient> CLOSED = AtomicIntegerFieldUpdater
		.newUpdater(ConnectedClient.class, "closed");

	private final Duration timeout;

	private final int killsBefore;

	private final @Nullable ConnectionAge age;

	/**
	 * What the client takes of the limits for each address and user.
	 */
	private final @Nullable ClientQuota quota;

	/**
	 * The user, as soon as an authorization has found out.
	 */
	private volatile @Nullable ClientUser user;

	/**
	 * What is to be done when the client begins to wait, or {@code null} for nothing.
	 */
	private volatile @Nullable Runnable whenHeld;

	@SuppressWarnings("unused") // by the updater
	private volatile int closed;

	ConnectedClient(Subscriptions subscriptions, Dialect dialect, LoopSubscriptions home, Duration timeout,
			int killsBefore, boolean provisional, @Nullable ClientQuota quota) {
		super(subscriptions, dialect, home, provisional);
		this.timeout = timeout;
		this.killsBefore = killsBefore;
		this.quota = quota;
		Duration maxAge = subscriptions.limits().maxAge();
		this.age = (maxAge != null && !isPolling()) ? new ConnectionAge(home, maxAge) : null;
	}

	/**
	 * Counts the client for its user, if the connections of a user are limited. As
	 * {@link #listen} does the same, it is for those who cannot refuse the client then.
	 * @param principal the user who is logged in, or empty
	 * @return completes empty, or {@link SubscriptionRejectedException}
	 */
	public Mono<Void> identify(Mono<? extends Principal> principal) {
		ClientQuota quota = this.quota;
		return (quota != null && quota.needsUser())
				? await(quota.identify(principal, this::refuse), heartbeat(), () -> {
				}).doOnError(this::noteError) : Mono.empty();
	}

	/**
	 * Listens to channels. A kill that came since the client was admitted ends this at
	 * once, also while the authorizer decides. The authorizer gets the Reactor context of
	 * the subscriber.
	 * @param request the request of the client
	 * @return the batches, the first of which has the refused channels; or
	 * {@link SubscriptionRejectedException}
	 */
	public Flux<Batch> listen(SubscriptionRequest request) {
		return Flux.defer(() -> {
			note(EndReason.CLIENT_GONE);
			try {
				this.subscriptions.admission().checkSize(request);
			}
			catch (SubscriptionRejectedException ex) {
				throw refuse(ex);
			}
			return (this.quota == null) ? authorize(request)
					: identify(request.caller().principal()).thenMany(Flux.defer(() -> authorize(request)));
		});
	}

	private Flux<Batch> authorize(SubscriptionRequest request) {
		Authorization authorization = this.subscriptions.admission().authorization();
		if (authorization == null) {
			return find(request, null);
		}
		Mono<ReadRights> decision = await(authorization.permit(request, this), authorization.timeout(),
				authorization::logTimeout);
		// The operators of the decision hold the request and its exchange. A client that
		// waits must not keep them.
		return decision.onTerminateDetach().flatMapMany(this::enter);
	}

	private Flux<Batch> enter(ReadRights rights) {
		SubscriptionRequest request = rights.takeRequest();
		return rights.areOver() ? Flux.error(refuse(SubscriptionRejectedException.expired(request.cursor())))
				: find(request, rights);
	}

	private Flux<Batch> find(SubscriptionRequest request, @Nullable ReadRights rights) {
		if (request.channels().isEmpty() && !request.refused().isEmpty() && !mayChangeChannels()) {
			return Flux.error(refuse(SubscriptionRejectedException.nothingLeft(request.refused())));
		}
		Admission admission = this.subscriptions.admission();
		Mono<Map<String, ChannelLog>> channels;
		try {
			channels = admission.find(request.channels());
			// If the answer is there at once, no operator is added, because
			// there may be very many clients.
			if (channels instanceof Callable<?>) {
				return begin(request, Admission.callNow(channels), rights);
			}
		}
		catch (BrokerUnavailableException ex) {
			return Flux.error(refuse(admission.unavailable(request, ex)));
		}
		catch (Error ex) {
			return Flux.error(ReactorErrors.asException(ex));
		}
		Duration longest = this.subscriptions.limits().heartbeat();
		// The broker may answer on any thread, and the subscription is confined to the
		// loop.
		return OnLoop.deliver(this.home.loop(), await(channels, longest, () -> admission.logTimeout(longest)))
			.contextWrite(admission.lateErrors())
			// A broker that completes empty must not leave the client without an answer.
			.switchIfEmpty(Mono.error(() -> new BrokerUnavailableException(null)))
			.onErrorMap(BrokerUnavailableException.class, (ex) -> refuse(admission.unavailable(request, ex)))
			.flatMapMany((found) -> begin(request, found, rights));
	}

	private <T> Mono<T> await(Mono<T> decision, Duration longest, Runnable onTimeout) {
		// Subscribes to the timeout only if the decision is not there at once.
		return Mono.firstWithSignal(decision, new DecisionTimeout<>(this, longest, onTimeout));
	}

	private Flux<Batch> begin(SubscriptionRequest request, Map<String, ChannelLog> found, @Nullable ReadRights rights) {
		return new Flux<>() {
			@Override
			public void subscribe(CoreSubscriber<? super Batch> subscriber) {
				confirm();
				subscribed(found.keySet());
				subscriber
					.onSubscribe(new ClientSubscription(subscriber, ConnectedClient.this, request, found, rights));
			}
		};
	}

	/**
	 * Runs a task when the client begins to wait for messages. A client that is refused,
	 * or for which there are messages, does not wait. To be called before
	 * {@link #listen}.
	 * @param task the task, run once on the event loop of the client
	 */
	public void whenHeld(Runnable task) {
		this.whenHeld = task;
	}

	/**
	 * The client has begun to wait.
	 */
	void held() {
		Runnable task = this.whenHeld;
		if (task != null) {
			this.whenHeld = null;
			task.run();
		}
	}

	/**
	 * The interval of heartbeats.
	 * @return the time after which a silent stream sends a heartbeat
	 */
	public Duration heartbeat() {
		return this.subscriptions.limits().heartbeat();
	}

	/**
	 * How long a poll is held, or a stream may be silent.
	 * @param wanted the timeout that the client asks for, or {@code null} for the
	 * server's
	 */
	Duration timeout(@Nullable Duration wanted) {
		if (!isPolling()) {
			return this.subscriptions.limits().heartbeat();
		}
		return (wanted != null && wanted.compareTo(this.timeout) < 0) ? wanted : this.timeout;
	}

	int maxChannels() {
		return this.subscriptions.limits().maxChannels();
	}

	long maxResponseSize() {
		long limit = this.subscriptions.limits().maxResponseSize();
		return isPolling() ? limit : Math.min(limit, Subscriptions.STREAM_BATCH_SIZE);
	}

	boolean beganBefore(int order) {
		return this.killsBefore - order < 0;
	}

	/**
	 * Notes that a subscription of the client begins.
	 * @return why it is to end at once, or {@code null} if it is not
	 */
	@Nullable Ending begin(ClientSubscription subscription) {
		Ending meanwhile = endedMeanwhile();
		return (meanwhile == null && this.age != null) ? this.age.begin(subscription) : meanwhile;
	}

	@Nullable Ending endedMeanwhile() {
		Ending ending = this.subscriptions.endedSince(this.killsBefore);
		return (ending == null && isDisconnected()) ? Ending.EXPIRED : ending;
	}

	/**
	 * Whether an operator has disconnected the user of the client.
	 */
	boolean isDisconnected() {
		ClientUser user = this.user;
		return user != null && user.isDisconnected();
	}

	ConnectedUsers users() {
		return this.subscriptions.users();
	}

	@Nullable ClientUser user() {
		return this.user;
	}

	/**
	 * Records the user of the client. Called on any thread, for one request at a time.
	 * @param name the name of the user
	 */
	void identify(String name) {
		ClientUser known = this.user;
		if (known == null || !known.name().equals(name)) {
			users().remove(known, this);
			this.user = new ClientUser(name);
			users().add(name, this);
			if (isClosed()) {
				users().remove(this.user, this);
			}
		}
	}

	@Override
	boolean isClosed() {
		return this.closed != 0;
	}

	@Override
	public void close() {
		if (CLOSED.compareAndSet(this, 0, 1)) {
			this.subscriptions.leave(transport());
			if (this.quota != null) {
				this.quota.release();
			}
			if (this.age != null) {
				this.age.close();
			}
			users().remove(this.user, this);
			ended();
		}
	}

}
