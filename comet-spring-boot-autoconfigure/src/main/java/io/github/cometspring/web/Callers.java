package io.github.cometspring.web;

import java.util.List;

import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Subscriptions;

import org.springframework.web.server.ServerWebExchange;

/**
 * Reads from a request who asks.
 */
final class Callers {

	private Callers() {
	}

	/**
	 * Who asks with a request.
	 * @param exchange the exchange of the request
	 * @param subscriptions whether it matters who asks
	 * @return the caller, unknown if it does not matter
	 */
	static Caller of(ServerWebExchange exchange, Subscriptions subscriptions) {
		return subscriptions.areAuthorized() ? new Caller(exchange.getPrincipal(),
				new HeaderMap(exchange.getRequest().getHeaders()), exchange.getAttributes(), List.of())
				: Caller.UNKNOWN;
	}

}
