package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Observes publications from the application to the clients of this node, so that they
 * can be followed in traces. A bean of this type replaces the one that
 * {@code comet.observation-enabled} switches on.
 * <p>
 * A publication is observed once, and so is a walk: the clients of the channel on one
 * event loop get the message together. No client is observed by itself. Without an
 * observer, nothing is allocated.
 * <p>
 * Implementations must be thread-safe and return at once.
 *
 * @since 0.1.0
 */
public interface PublicationObserver {

	/**
	 * Observes nothing.
	 */
	PublicationObserver NONE = new PublicationObserver() {
	};

	/**
	 * Observes a publication.
	 * @param <T> the type of its result
	 * @param channel the id of the channel
	 * @param operation how it is published
	 * @param publication publishes on subscription, which may never come
	 * @return the same publication, observed
	 */
	default <T> Mono<T> publish(String channel, Operation operation, Mono<T> publication) {
		return publication;
	}

	/**
	 * A publication has reached the clients of the channel on one event loop, and their
	 * walk is about to be scheduled. If the broker emits live messages while it appends
	 * them, this is the thread that publishes. If several publications share a walk, only
	 * the first of them is announced.
	 * @param channel the id of the channel
	 * @return what to tell about the walk, or {@code null} if it is not observed
	 */
	default @Nullable Walk deliver(String channel) {
		return null;
	}

	/**
	 * How a message is published.
	 */
	enum Operation {

		/**
		 * The caller waits until the message is in the log.
		 */
		PUBLISH,

		/**
		 * The caller waits for the receipts of the clients.
		 */
		DELIVER

	}

	/**
	 * A visit to all clients of a channel on one event loop. It may never begin: the
	 * clients may be gone by then. Called by the event loop alone.
	 */
	interface Walk {

		/**
		 * The walk begins.
		 * @param clients the number of clients
		 */
		void begin(int clients);

		/**
		 * The messages have been written to all clients that are still there and ready to
		 * take more.
		 */
		void end();

	}

}
