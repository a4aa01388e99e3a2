package io.github.cometspring.web;

import reactor.util.context.Context;

/**
 * The client of one {@link Poll}, by the way that its request came: writes what the poll
 * decides.
 * <p>
 * Called on the event loop of the client, except {@link #fail(Throwable)} and
 * {@link #watch(WriteListener)} where a filter of the application has left it. What goes
 * wrong in the other methods fails the poll.
 *
 * @since 0.1.0
 */
public interface PollClient {

	/**
	 * Writes the answer, and tells the poll when it is {@linkplain Poll#written()
	 * written} or has {@linkplain Poll#failed(Throwable) failed}, perhaps before this
	 * returns.
	 * @param answer the answer
	 */
	void answer(PollAnswer answer);

	/**
	 * Writes a refusal, and tells the poll as for an answer.
	 * @param refusal the answer
	 */
	default void refuse(PollAnswer refusal) {
		answer(refusal);
	}

	/**
	 * The poll is over without an answer, for a failure of the server or the application:
	 * tells the client so.
	 * @param error what has failed
	 */
	void fail(Throwable error);

	/**
	 * The answer waits for the client alone: tells when the client has taken it.
	 * @param listener is told, once
	 */
	void watch(WriteListener listener);

	/**
	 * The Reactor context of the request, for those who decide what the client may read.
	 * @return the context
	 */
	default Context currentContext() {
		return Context.empty();
	}

}
