package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
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
public final class ConnectedClient implements AutoCloseable {

	private static final AtomicIntegerFieldUpdater<ConnectedClient> CLOSED = AtomicIntegerFieldUpdater
		.newUpdater(ConnectedClient.class, "closed");

	private final Subscriptions subscriptions;

	private final Dialect dialect;

	private final LoopSubscriptions home;

	private final Duration timeout;

	private final int killsBefore;

	private volatile EndReason reason = EndReason.NO_REQUEST;

	@SuppressWarnings("unused") // by the updater
	private volatile int closed;

	ConnectedClient(Subscriptions subscriptions, Dialect dialect, LoopSubscriptions home, Duration timeout,
			int killsBefore) {
		this.subscriptions = subscriptions;
		this.dialect = dialect;
		this.home = home;
		this.timeout = timeout;
		this.killsBefore = killsBefore;
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
			Authorization authorization = this.subscriptions.admission().authorization();
			if (authorization == null || request.channels().isEmpty()) {
				return find(request);
			}
			return await(authorization.permit(request), authorization.timeout(), authorization::logTimeout)
				.flatMapMany(this::find);
		});
	}

	private Flux<Batch> find(SubscriptionRequest request) {
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
				return begin(request, Admission.callNow(channels));
			}
		}
		catch (BrokerUnavailableException ex) {
			return Flux.error(refuse(admission.unavailable(request, ex)));
		}
		// Reactor would throw it at the authorizer, and the client would wait for ever.
		catch (Error ex) {
			return Flux.error(new IllegalStateException(ex));
		}
		Duration longest = this.subscriptions.limits().heartbeat();
		// The broker may answer on any thread, and the subscription is confined to the
		// loop.
		return OnLoop.deliver(this.home.loop(), await(channels, longest, () -> admission.logTimeout(longest)))
			.contextWrite(admission.lateErrors())
			// A broker that completes empty must not leave the client without an answer.
			.switchIfEmpty(Mono.error(() -> new BrokerUnavailableException(null)))
			.onErrorMap(BrokerUnavailableException.class, (ex) -> refuse(admission.unavailable(request, ex)))
			.flatMapMany((found) -> begin(request, found));
	}

	/**
	 * Whether the client may ask for other channels on the same connection (protocol,
	 * section 8).
	 */
	private boolean mayChangeChannels() {
		return this.dialect.transport() == Transport.WEBSOCKET;
	}

	private <T> Mono<T> await(Mono<T> decision, Duration longest, Runnable onTimeout) {
		// Subscribes to the timeout only if the decision is not there at once.
		return Mono.firstWithSignal(decision, new DecisionTimeout<>(this, longest, onTimeout));
	}

	private Flux<Batch> begin(SubscriptionRequest request, Map<String, ChannelLog> found) {
		return new Flux<>() {
			@Override
			public void subscribe(CoreSubscriber<? super Batch> subscriber) {
				if (isObserved()) {
					listener().subscribed(transport(), Collections.unmodifiableSet(found.keySet()));
				}
				subscriber.onSubscribe(new ClientSubscription(subscriber, ConnectedClient.this, request, found));
			}
		};
	}

	/**
	 * The interval of heartbeats.
	 * @return the time after which a silent stream sends a heartbeat
	 */
	public Duration heartbeat() {
		return this.subscriptions.limits().heartbeat();
	}

	Dialect dialect() {
		return this.dialect;
	}

	LoopSubscriptions home() {
		return this.home;
	}

	boolean isPolling() {
		return this.dialect.transport().isPolling();
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

	long maxResponseSize() {
		long limit = this.subscriptions.limits().maxResponseSize();
		return isPolling() ? limit : Math.min(limit, Subscriptions.STREAM_BATCH_SIZE);
	}

	private SubscriptionListener listener() {
		return this.subscriptions.listener();
	}

	private Transport transport() {
		return this.dialect.transport();
	}

	/**
	 * Whether there is a listener.
	 */
	boolean isObserved() {
		return listener() != SubscriptionListener.NONE;
	}

	/**
	 * Records why the client ends, unless there is a weightier reason.
	 */
	void note(EndReason reason) {
		if (reason.compareTo(this.reason) > 0) {
			this.reason = reason;
		}
	}

	/**
	 * Records a batch that the client is about to get.
	 */
	void note(List<Segment> segments, Refusals refused, @Nullable Ending ending) {
		// A WebSocket stays open, and may listen to other channels.
		if (ending != null && !(ending == Ending.CHANNELS_ENDED && mayChangeChannels())) {
			note(this.subscriptions.reason(ending));
		}
		if (isObserved()) {
			if (!refused.isEmpty()) {
				listener().channelsRefused(transport(), refused);
			}
			for (Segment segment : segments) {
				if (segment.isGap()) {
					listener().gap(transport(), segment.channel());
				}
			}
		}
	}

	/**
	 * Records that the client is refused.
	 * @return the same exception
	 */
	SubscriptionRejectedException refuse(SubscriptionRejectedException ex) {
		note(switch (ex.getReason()) {
			case KILLED -> this.subscriptions.reason(Ending.KILLED);
			case SHUTTING_DOWN -> EndReason.SHUT_DOWN;
			default -> EndReason.REFUSED;
		});
		listener().refused(transport(), ex.getReason());
		return ex;
	}

	/**
	 * Records that messages have been written to the client. Called on any thread.
	 */
	void delivered(List<Segment> segments) {
		if (!isObserved()) {
			return;
		}
		int messages = 0;
		for (Segment segment : segments) {
			messages += segment.messages().size();
		}
		if (messages > 0) {
			if (this.home.loop().inLoop()) {
				this.home.delivered().add(transport(), messages);
			}
			else {
				listener().delivered(transport(), messages);
			}
		}
	}

	boolean beganBefore(int order) {
		return this.killsBefore - order < 0;
	}

	@Nullable Ending endedMeanwhile() {
		return this.subscriptions.endedSince(this.killsBefore);
	}

	@Override
	public void close() {
		if (CLOSED.compareAndSet(this, 0, 1)) {
			this.subscriptions.leave(this.dialect.transport());
			listener().ended(transport(), this.reason);
		}
	}

}
