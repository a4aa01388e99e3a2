package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.Set;

/**
 * Receives the events of the clients of this node: for metrics, presence and logs. An
 * application declares beans of this type; each receives all events.
 * <p>
 * <b>Order.</b> For one client, {@link #connected} is called first and {@link #ended}
 * last, each exactly once. Between them {@link #subscribed}, {@link #gap},
 * {@link #channelsRefused} and {@link #refused} are called any number of times.
 * {@link #delivered}, {@link #sent} and {@link #walked} are called after a publication
 * has been written to all clients of its channel, and some of them may have ended by
 * then. Each poll is a client of its own, from its request until its answer has been
 * written. A client that is not admitted is only {@link #refused}. A poll that the fast
 * path hands to the default path connects there, unless the fast path fails to answer it:
 * then it ends and connects a second time.
 * <p>
 * <b>Threads.</b> The event loops call concurrently, and so do other threads if a filter
 * of the application has left the loop. Implementations must be thread-safe and return at
 * once, because other clients of the loop wait.
 * <p>
 * <b>Cost.</b> There is one call for each event, but not for each message: the messages
 * that are written while a publication is passed to the clients of its channel are
 * counted, and reported once. Without a listener, nothing is counted or allocated.
 * <p>
 * <b>Errors.</b> An exception of a listener is logged, at most once a minute, and has no
 * other effect.
 * <p>
 * Names of channels may be secrets: a client that knows one may read the channel. A
 * listener must not publish them.
 *
 * @since 0.1.0
 */
public interface SubscriptionListener {

	/**
	 * Does nothing.
	 */
	SubscriptionListener NONE = new SubscriptionListener() {
	};

	/**
	 * A client has been admitted, and holds a slot until it has {@link #ended}.
	 * @param transport its transport
	 */
	default void connected(Transport transport) {
	}

	/**
	 * A client begins to listen. On a WebSocket, this replaces its previous channels.
	 * @param transport its transport
	 * @param channels the ids of the channels that exist, perhaps none; not to be kept
	 */
	default void subscribed(Transport transport, Set<String> channels) {
	}

	/**
	 * Messages were handed to the network layer of the operating system.
	 * @param transport the transport of the clients
	 * @param messages the number of messages; a message that was written to several
	 * clients counts for each
	 */
	default void delivered(Transport transport, long messages) {
	}

	/**
	 * Messages were written to a client that has not taken them. It may come back and get
	 * them by its cursor.
	 * @param transport the transport of the client
	 * @param reason why it has not: {@link EndReason#WRITE_FAILED} or
	 * {@link EndReason#WRITE_TIMED_OUT}
	 * @param messages the number of messages
	 */
	default void notDelivered(Transport transport, EndReason reason, long messages) {
	}

	/**
	 * Bytes were handed to the network layer of the operating system: messages with all
	 * that encloses them in the body of an answer, in an event stream or in the frames of
	 * a WebSocket. Heads of answers, refusals and pings are not counted.
	 * @param transport the transport of the clients
	 * @param bytes the number of bytes, before compression and encryption
	 */
	default void sent(Transport transport, long bytes) {
	}

	/**
	 * All clients of a channel on one event loop have been visited after a publication.
	 * @param lag the time from the publication, or the first of several that share the
	 * visit, until its messages had been written to the last of these clients
	 */
	default void walked(Duration lag) {
	}

	/**
	 * A client is told about a gap.
	 * @param transport its transport
	 * @param channel the id of the channel
	 */
	default void gap(Transport transport, String channel) {
	}

	/**
	 * A client is refused some of the channels that it asked for; the others are served.
	 * @param transport its transport
	 * @param refused the channels, and the reasons
	 */
	default void channelsRefused(Transport transport, Refusals refused) {
	}

	/**
	 * The request of a client is refused entirely. If it was {@link #connected},
	 * {@link #ended} is called soon after, except for a WebSocket that asks for too many
	 * channels, which goes on with those it has.
	 * @param transport its transport
	 * @param reason the reason
	 */
	default void refused(Transport transport, SubscriptionRejectedException.Reason reason) {
	}

	/**
	 * A client is no longer connected, and its slot is free.
	 * @param transport its transport
	 * @param reason the reason
	 */
	default void ended(Transport transport, EndReason reason) {
	}

}
