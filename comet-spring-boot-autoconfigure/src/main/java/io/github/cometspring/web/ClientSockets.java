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
	 * The socket of a request. To be called once for a request.
	 * @param request the request, perhaps decorated, which is not kept
	 * @return the socket
	 */
	ClientSocket of(ServerHttpRequest request);

	/**
	 * The write timeout: how long a write to a client may make no progress.
	 * @return the deadlines, one object for all clients
	 */
	Deadlines writeDeadlines();

}
