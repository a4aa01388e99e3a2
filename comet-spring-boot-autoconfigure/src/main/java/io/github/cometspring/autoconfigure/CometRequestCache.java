package io.github.cometspring.autoconfigure;

import java.net.URI;
import java.util.function.Predicate;

import reactor.core.publisher.Mono;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.web.server.savedrequest.ServerRequestCache;
import org.springframework.web.server.ServerWebExchange;

/**
 * Spring Security's cache of the requests that users sent before they logged in, without
 * the search for one at each request to Comet. None of them can be continued by it, and
 * the search begins a session, for which Spring changes the thread twice.
 *
 * @param delegate the cache
 * @param ours recognises requests to Comet
 */
record CometRequestCache(ServerRequestCache delegate, Predicate<ServerHttpRequest> ours) implements ServerRequestCache {

	@Override
	public Mono<Void> saveRequest(ServerWebExchange exchange) {
		return this.delegate.saveRequest(exchange);
	}

	@Override
	public Mono<URI> getRedirectUri(ServerWebExchange exchange) {
		return this.delegate.getRedirectUri(exchange);
	}

	@Override
	public Mono<ServerHttpRequest> removeMatchingRequest(ServerWebExchange exchange) {
		return this.ours.test(exchange.getRequest()) ? Mono.empty() : this.delegate.removeMatchingRequest(exchange);
	}

}
