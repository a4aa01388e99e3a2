package io.github.cometspring.subscription;

import java.util.Set;

/**
 * Is told what happens to the clients of this node: for meters, presence and logs. An
 * application declares beans of this type; each is told everything.
 * <p>
 * <b>Order.</b> Of one client, {@link #connected} comes first and {@link #ended} last,
 * each exactly once; between them come, as often as it happens, {@link #subscribed},
 * {@link #gap}, {@link #channelsRefused} and {@link #refused}. What is {@link #delivered}
 * is told when a publication has been handed to all clients that it concerns, which may
 * be after some of them have ended. A poll is a client of its own, from its request until
 * its answer is taken. A client that is not let in is only {@link #refused}. A request
 * that leaves the fast path after it was let in ends and connects a second time.
 * <p>
 * <b>Threads.</b> Calls come from the event loops, several at a time, and from other
 * threads where a filter of the application has left the loop. Implementations must be
 * thread-safe and return at once: other clients of the loop wait.
 * <p>
 * <b>Cost.</b> One call for each event, but not for each message: the messages that are
 * written while a publication is handed to the clients of its channel are summed, and
 * told once. Where there is no listener, nothing is counted and nothing is allocated.
 * <p>
 * <b>Errors.</b> What a listener throws is logged, at most once a minute, and has no
 * other effect.
 * <p>
 * Names of channels may be secrets: whoever knows one may read the channel. A listener
 * must not put them where others can read them.
 *
 * @since 0.1.0
 */
public interface SubscriptionListener {

	/**
	 * Nobody listens.
	 */
	SubscriptionListener NONE = new SubscriptionListener() {
	};

	/**
	 * A client has been let in, and holds a place until it {@link #ended}.
	 * @param transport the way it listens
	 */
	default void connected(Transport transport) {
	}

	/**
	 * A client begins to listen. This takes the place of what it listened to before, if
	 * it may change that.
	 * @param transport the way it listens
	 * @param channels the ids of the channels that there are, perhaps none; not to be
	 * kept
	 */
	default void subscribed(Transport transport, Set<String> channels) {
	}

	/**
	 * Messages were handed to the network layer of the operating system.
	 * @param transport the way the clients listen
	 * @param messages how many, a message that was written to several clients counting
	 * for each
	 */
	default void delivered(Transport transport, long messages) {
	}

	/**
	 * A client is told that messages are lost to it.
	 * @param transport the way it listens
	 * @param channel the id of the channel
	 */
	default void gap(Transport transport, String channel) {
	}

	/**
	 * A client is refused some of the channels that it asked for; the others are served.
	 * @param transport the way it listens
	 * @param refused the channels, and why
	 */
	default void channelsRefused(Transport transport, Refusals refused) {
	}

	/**
	 * What a client asks for is refused as a whole. If it was {@link #connected}, it has
	 * {@link #ended} soon after.
	 * @param transport the way it wants to listen
	 * @param reason why
	 */
	default void refused(Transport transport, SubscriptionRejectedException.Reason reason) {
	}

	/**
	 * A client has given its place back.
	 * @param transport the way it listened
	 * @param reason why
	 */
	default void ended(Transport transport, EndReason reason) {
	}

}
