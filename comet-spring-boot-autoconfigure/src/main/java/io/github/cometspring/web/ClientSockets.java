package io.github.cometspring.web;

import io.github.cometspring.subscription.Deadlines;

import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Finds the sockets of clients.
 * <p>
 * Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface ClientSockets {

	/**
	 * The socket that a request came by. To be asked for once for a request.
	 * @param request the request, perhaps decorated, which is not kept
	 * @return the socket
	 */
	ClientSocket of(ServerHttpRequest request);

	/**
	 * How long the writing to a client may make no progress.
	 * @return the deadlines, one object for all clients
	 */
	Deadlines writeDeadlines();

	/**
	 * How many requests the application is answering of which the server itself does not
	 * know.
	 * @return the number at this moment
	 */
	default int exchanges() {
		return 0;
	}

}
