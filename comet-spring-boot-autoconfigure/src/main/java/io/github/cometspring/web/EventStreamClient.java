package io.github.cometspring.web;

import io.github.cometspring.subscription.ClientAddress;

/**
 * The client of one {@link EventStreamStart}, on the fast path: writes the answer. Called
 * on the event loop of the client.
 *
 * @since 0.1.0
 */
public interface EventStreamClient extends ClientAddress {

	/**
	 * Hands the request to the default path, if that is still possible.
	 * @return whether it was handed on
	 */
	boolean handOn();

	/**
	 * Writes the head of an answer with events. The events are written straight to the
	 * socket after that.
	 * @return whether the head is written or queued; if not, the connection is closed
	 */
	boolean open();

	/**
	 * Writes an answer without events, which completes the request.
	 * @param answer the answer
	 */
	void answer(PollAnswer answer);

}
