package io.github.cometspring.web;

import java.io.EOFException;
import java.io.IOException;

import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;

import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Ends an exchange quietly when nobody can be answered any more: the client has gone, or
 * the server has answered by itself, because what followed the request was no HTTP. That
 * is no error, and a client must not be able to fill the log.
 * <p>
 * Thread-safe.
 *
 * @param handler answers
 */
record AbortedExchangeHandler(WebHandler handler) implements WebHandler {

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		return this.handler.handle(exchange)
			.onErrorComplete((ex) -> exchange.getResponse().isCommitted() && isTooLate(exchange, ex));
	}

	private static boolean isTooLate(ServerWebExchange exchange, Throwable ex) {
		// What the client does not take has to end the connection.
		boolean gone = ex instanceof AbortedException || (ex instanceof IOException && !(ex instanceof EOFException));
		// Reactor Netty's word for its own answer. It knows of no whole response.
		return gone || (ex instanceof IllegalStateException && !(exchange.getResponse() instanceof FullResponse));
	}

}
