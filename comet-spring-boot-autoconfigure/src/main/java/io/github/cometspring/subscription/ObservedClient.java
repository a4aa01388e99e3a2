package io.github.cometspring.subscription;

import java.util.Collections;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Why a client ends, and what listeners are notified of it. The superclass of
 * {@link ConnectedClient} and not an object beside it, because each poll would need one.
 * <p>
 * Thread-safe.
 */
abstract class ObservedClient {

	final Subscriptions subscriptions;

	final Dialect dialect;

	final LoopSubscriptions home;

	private volatile EndReason reason = EndReason.NO_REQUEST;

	/**
	 * Whether listeners have not been notified of the client yet.
	 */
	private volatile boolean provisional;

	ObservedClient(Subscriptions subscriptions, Dialect dialect, LoopSubscriptions home, boolean provisional) {
		this.subscriptions = subscriptions;
		this.dialect = dialect;
		this.home = home;
		this.provisional = provisional;
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
	 * Whether the client may ask for other channels on the same connection (protocol,
	 * section 8).
	 */
	boolean mayChangeChannels() {
		return this.dialect.transport() == Transport.WEBSOCKET;
	}

	/**
	 * Whether the client is no longer connected.
	 */
	abstract boolean isClosed();

	private SubscriptionListener listener() {
		return this.subscriptions.listener();
	}

	Transport transport() {
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
			case EXPIRED -> EndReason.EXPIRED;
			default -> EndReason.REFUSED;
		});
		if (!this.provisional) {
			this.subscriptions.refused(transport(), ex);
		}
		return ex;
	}

	/**
	 * Records that the client cannot be served because of an error. Without effect if the
	 * error is a refusal, which is recorded already, or if the request of the client is
	 * not known.
	 * @param error the error
	 */
	public void failed(Throwable error) {
		if (this.reason != EndReason.NO_REQUEST) {
			noteError(error);
		}
	}

	void noteError(Throwable error) {
		if (!(error instanceof SubscriptionRejectedException)) {
			note(EndReason.ERROR);
		}
	}

	/**
	 * Records that the client is not admitted again on another path, and notifies
	 * listeners of it, unless it was closed meanwhile.
	 */
	public void confirm() {
		if (this.provisional && !isClosed()) {
			this.provisional = false;
			listener().connected(transport());
		}
	}

	/**
	 * Notifies listeners that the client begins to listen to channels.
	 * @param channels those that exist
	 */
	void subscribed(Set<String> channels) {
		if (isObserved()) {
			listener().subscribed(transport(), Collections.unmodifiableSet(channels));
		}
	}

	/**
	 * Records that messages have been written to the client. Called on any thread.
	 */
	void delivered(List<Segment> segments, int bytes) {
		if (isObserved()) {
			this.home.countDelivered(transport(), Segment.count(segments), bytes);
		}
	}

	/**
	 * Records that messages could not be written to the client. Called on any thread.
	 */
	void notDelivered(List<Segment> segments, EndReason reason) {
		int messages = isObserved() ? Segment.count(segments) : 0;
		if (messages > 0) {
			listener().notDelivered(transport(), reason, messages);
		}
	}

	/**
	 * Records that the client has not answered a ping, and is about to be disconnected.
	 */
	public void silent() {
		note(EndReason.NO_PONG);
	}

	/**
	 * Records that a change to too many channels is refused. The client goes on.
	 */
	public void changeRefused() {
		listener().refused(transport(), SubscriptionRejectedException.Reason.TOO_MANY_CHANNELS);
	}

	/**
	 * Notifies listeners that the client is no longer connected, and why.
	 */
	void ended() {
		if (!this.provisional) {
			listener().ended(transport(), this.reason);
		}
	}

}
