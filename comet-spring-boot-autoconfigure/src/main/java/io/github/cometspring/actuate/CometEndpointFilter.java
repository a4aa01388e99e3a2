package io.github.cometspring.actuate;

import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Filters requests to the actuator endpoints: it applies the guard, keeps the path of the
 * request and who gives the command for the operation, and removes a body that the
 * command does not read.
 *
 * @since 0.1.0
 */
public final class CometEndpointFilter implements WebFilter, Ordered {

	private final List<PathPattern> endpoints;

	private final @Nullable LoopbackGuard guard;

	/**
	 * Creates a filter.
	 * @param paths the paths of the endpoints
	 * @param guard decides which requests pass, or {@code null} if all do
	 */
	public CometEndpointFilter(List<String> paths, @Nullable LoopbackGuard guard) {
		this.endpoints = paths.stream().map((path) -> PathPatternParser.defaultInstance.parse(path)).toList();
		this.guard = guard;
	}

	@Override
	public int getOrder() {
		// After Spring Security, whose rules apply as well.
		return Ordered.LOWEST_PRECEDENCE - 10;
	}

	/**
	 * Whether a request is for the endpoints.
	 * @param path the path within the application
	 * @return {@code false} if this filter ignores it
	 */
	public boolean covers(String path) {
		PathContainer parsed = PathContainer.parsePath(path);
		return this.endpoints.stream().anyMatch((endpoint) -> endpoint.matchStartOfPath(parsed) != null);
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		PathContainer path = exchange.getRequest().getPath().pathWithinApplication();
		for (PathPattern endpoint : this.endpoints) {
			PathPattern.PathRemainingMatchInfo match = endpoint.matchStartOfPath(path);
			if (match != null) {
				RequestPath rest = new RequestPath(match.getPathRemaining());
				CommandOrigin origin = CommandOrigin.of(exchange);
				Mono<Void> next = chain.filter(withoutUnusedBody(exchange, rest))
					.contextWrite((context) -> origin.keepIn(rest.keepIn(context)));
				return (this.guard != null) ? this.guard.check(exchange, next) : next;
			}
		}
		return chain.filter(exchange);
	}

	/**
	 * Only {@code set_timeout} reads a body, if it is JSON. Other bodies are removed
	 * together with their media type.
	 */
	private static ServerWebExchange withoutUnusedBody(ServerWebExchange exchange, RequestPath path) {
		ServerHttpRequest request = exchange.getRequest();
		boolean unused = HttpMethod.POST.equals(request.getMethod())
				&& !(path.isSetTimeout() && BodilessRequest.isJson(request));
		return unused ? exchange.mutate().request(new BodilessRequest(request)).build() : exchange;
	}

}
