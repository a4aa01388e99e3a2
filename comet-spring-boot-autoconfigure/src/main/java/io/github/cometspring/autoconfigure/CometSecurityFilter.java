package io.github.cometspring.autoconfigure;

import java.util.function.Supplier;

import io.github.cometspring.protocol.LegacyCodec;
import io.github.cometspring.web.CometHandlerMapping;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
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
 * Runs in the filter chains of Spring Security, before the CSRF protection. A request for
 * Comet needs no such protection: it changes nothing on the server, and pages of other
 * origins cannot read the answer. It also answers preflight requests before Spring
 * Security demands credentials, which browsers never send with them.
 */
final class CometSecurityFilter implements WebFilter {

	private final @Nullable PathPattern path;

	private final Supplier<@Nullable PreFlightRequestHandler> preFlights;

	/**
	 * Creates a filter.
	 * @param path the path of Comet within the application
	 * @param preFlights answers preflight requests; {@code null} if they are treated as
	 * any other request
	 */
	CometSecurityFilter(String path, Supplier<@Nullable PreFlightRequestHandler> preFlights) {
		this.path = path.equals(CometHandlerMapping.EVERYWHERE) ? null : PathPatternParser.defaultInstance.parse(path);
		this.preFlights = preFlights;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (!isOurs(exchange.getRequest())) {
			return chain.filter(exchange);
		}
		if (CorsUtils.isPreFlightRequest(exchange.getRequest())) {
			PreFlightRequestHandler handler = this.preFlights.get();
			return (handler != null) ? handler.handlePreFlight(exchange) : chain.filter(exchange);
		}
		CsrfWebFilter.skipExchange(exchange);
		return chain.filter(exchange);
	}

	/**
	 * Whether a request is for Comet.
	 */
	boolean isOurs(ServerHttpRequest request) {
		// With '/**' other handlers answer as well, so the media type decides. A page can
		// send it to another origin only after a preflight request.
		return (this.path != null) ? this.path.matches(request.getPath().pathWithinApplication())
				: HttpMethod.POST.equals(request.getMethod())
						&& LegacyCodec.isLegacyMediaType(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE));
	}

}
