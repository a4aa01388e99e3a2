package io.github.cometspring.web;

import io.github.cometspring.subscription.EventLoop;

import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Tells which event loop owns a client's socket.
 * <p>
 * Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface EventLoops {

	/**
	 * The event loop of a request.
	 * @param request the request, perhaps decorated
	 * @return the loop, the same object for the same thread
	 */
	EventLoop of(ServerHttpRequest request);

}
