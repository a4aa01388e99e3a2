package io.github.cometspring.web;

import java.net.InetSocketAddress;

import io.github.cometspring.subscription.ClientAddress;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/**
 * The client of one {@link Poll}, on the default path or the fast path: writes the answer
 * of the poll.
 * <p>
 * Called on the event loop of the client, except {@link #fail(Throwable)} and
 * {@link #watch(WriteListener)} where a filter of the application has left it. An
 * exception of the other methods fails the poll.
 *
 * @since 0.1.0
 */
public interface PollClient extends ClientAddress {

	/**
	 * Writes the answer, and notifies the poll when it is {@linkplain Poll#written()
	 * written} or has {@linkplain Poll#failed(Throwable) failed}, perhaps before this
	 * returns.
	 * @param answer the answer
	 */
	void answer(PollAnswer answer);

	/**
	 * Writes a refusal, and notifies the poll as for an answer.
	 * @param refusal the answer
	 */
	default void refuse(PollAnswer refusal) {
		answer(refusal);
	}

	/**
	 * Ends the exchange with an error of the server or the application. The poll is over
	 * without an answer.
	 * @param error the error
	 */
	void fail(Throwable error);

	/**
	 * Notifies a listener when the client has taken the answer, which is written.
	 * @param listener is notified once
	 */
	void watch(WriteListener listener);

	@Override
	default @Nullable InetSocketAddress remoteAddress() {
		return null;
	}

	/**
	 * The Reactor context of the request, for authorizers.
	 * @return the context
	 */
	default Context currentContext() {
		return Context.empty();
	}

}
