package io.github.cometspring.web;

import java.security.Principal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Subscriptions;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
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
		return of(exchange.getPrincipal(), exchange.getRequest().getHeaders(), exchange.getAttributes(), subscriptions);
	}

	/**
	 * Who asks with a request.
	 * @param principal the user who is logged in, or empty
	 * @param headers the headers of the request
	 * @param attributes the attributes of the request
	 * @param subscriptions whether it matters who asks
	 * @return the caller, unknown if it does not matter
	 */
	static Caller of(Mono<? extends Principal> principal, HttpHeaders headers, Map<String, Object> attributes,
			Subscriptions subscriptions) {
		if (subscriptions.areRequestsRead()) {
			return new Caller(principal, new HeaderMap(headers), attributes, List.of());
		}
		return (subscriptions.areAuthorized() || subscriptions.limitUsers()) ? Caller.of(principal) : Caller.UNKNOWN;
	}

	/**
	 * The same caller, with the signed grants of the request (protocol, section 10).
	 * @param caller who asks
	 * @param grants the grants in the query or the body, before those in the header
	 */
	static Caller presenting(Caller caller, List<String> grants) {
		if (caller.equals(Caller.UNKNOWN)) {
			return caller;
		}
		List<String> headers = Objects.requireNonNullElse(caller.headers().get(CometHeaders.GRANT), List.of());
		if (headers.isEmpty() && grants.isEmpty()) {
			return caller;
		}
		Set<String> all = new LinkedHashSet<>(grants);
		for (String header : headers) {
			for (String grant : header.split(",")) {
				all.add(grant.strip());
			}
		}
		all.remove("");
		return caller.withGrants(List.copyOf(all));
	}

}
