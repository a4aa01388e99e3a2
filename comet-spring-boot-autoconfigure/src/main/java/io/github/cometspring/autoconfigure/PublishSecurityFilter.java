package io.github.cometspring.autoconfigure;

import java.util.Locale;
import java.util.function.Supplier;

import io.github.cometspring.web.CometHeaders;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.web.server.csrf.CsrfWebFilter;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.PreFlightRequestHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Runs in the filter chains of Spring Security, before the CSRF protection. A publisher
 * that presents a key or a bearer token in a header needs no such protection: browsers
 * add neither by themselves, and let pages of other origins do so only after a preflight
 * request. All other publications need the CSRF token, as any request that changes
 * something.
 */
final class PublishSecurityFilter implements WebFilter {

	private static final String BEARER = "bearer ";

	private final PathPattern path;

	private final Supplier<@Nullable PreFlightRequestHandler> preFlights;

	/**
	 * Creates a filter.
	 * @param path the path of the endpoint for publishers within the application
	 * @param preFlights answers preflight requests; {@code null} if they are treated as
	 * any other request
	 */
	PublishSecurityFilter(String path, Supplier<@Nullable PreFlightRequestHandler> preFlights) {
		this.path = PathPatternParser.defaultInstance.parse(path);
		this.preFlights = preFlights;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		if (!this.path.matches(request.getPath().pathWithinApplication())) {
			return chain.filter(exchange);
		}
		if (CorsUtils.isPreFlightRequest(request)) {
			PreFlightRequestHandler handler = this.preFlights.get();
			return (handler != null) ? handler.handlePreFlight(exchange) : chain.filter(exchange);
		}
		if (presentsKey(request.getHeaders())) {
			CsrfWebFilter.skipExchange(exchange);
		}
		return chain.filter(exchange);
	}

	private static boolean presentsKey(HttpHeaders headers) {
		String authorization = headers.getFirst(HttpHeaders.AUTHORIZATION);
		return headers.containsHeader(CometHeaders.API_KEY)
				|| (authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER));
	}

}
