package io.github.cometspring.web;

import java.io.EOFException;
import java.io.IOException;

import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;

import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Completes an exchange without an error when the response can no longer be written: the
 * client has disconnected, or the server has answered by itself because the bytes after
 * the request were not HTTP. A client must not be able to fill the log with errors.
 * <p>
 * Thread-safe.
 *
 * @param handler handles the exchange
 */
record AbortedExchangeHandler(WebHandler handler) implements WebHandler {

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		return this.handler.handle(exchange)
			.onErrorComplete((ex) -> exchange.getResponse().isCommitted() && isTooLate(ex));
	}

	private static boolean isTooLate(Throwable ex) {
		// EOFException is StalledClientException: it must reach the server, which closes
		// the connection.
		boolean gone = ex instanceof AbortedException || (ex instanceof IOException && !(ex instanceof EOFException));
		// Reactor Netty throws IllegalStateException when it has answered by itself.
		return gone || ex instanceof IllegalStateException;
	}

}
