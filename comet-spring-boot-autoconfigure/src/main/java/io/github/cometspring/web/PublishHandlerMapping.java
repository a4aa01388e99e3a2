package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import reactor.core.publisher.Mono;

import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Maps the path of publications to its handler, before the application's handlers.
 *
 * @since 0.1.0
 */
public final class PublishHandlerMapping extends AbstractHandlerMapping {

	private static final int BEFORE_ROUTER_FUNCTIONS = -2;

	private static final Duration PREFLIGHT_MAX_AGE = Duration.ofHours(1);

	private final PathPattern path;

	private final WebHandler handler;

	/**
	 * Creates a mapping.
	 * @param path the path, literal
	 * @param handler handles its requests
	 * @param allowedOrigins the foreign origins whose pages may publish
	 */
	public PublishHandlerMapping(String path, WebHandler handler, AllowedOrigins allowedOrigins) {
		this.path = getPathPatternParser().parse(path);
		this.handler = new AbortedExchangeHandler(handler);
		setOrder(BEFORE_ROUTER_FUNCTIONS);
		if (!allowedOrigins.isEmpty()) {
			CorsConfiguration cors = new CorsConfiguration();
			cors.setAllowedOrigins(allowedOrigins.origins());
			cors.setAllowedMethods(List.of(HttpMethod.POST.name()));
			cors.setAllowedHeaders(List.of(CorsConfiguration.ALL));
			cors.setExposedHeaders(List.of(HttpHeaders.RETRY_AFTER));
			cors.setMaxAge(PREFLIGHT_MAX_AGE);
			cors.setAllowCredentials(allowedOrigins.mayUseCredentials());
			setCorsProcessor(new PageCorsProcessor(allowedOrigins));
			setCorsConfigurations(Map.of(path, cors));
		}
	}

	@Override
	protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
		if (isOnOtherServer(exchange) || !this.path.matches(exchange.getRequest().getPath().pathWithinApplication())) {
			return Mono.empty();
		}
		// As Spring's own mappings do, so that the meter of requests names the path.
		ServerRequestObservationContext.findCurrent(exchange.getAttributes())
			.ifPresent((context) -> context.setPathPattern(this.path.getPatternString()));
		return Mono.just(this.handler);
	}

	/**
	 * Whether a request came to another server than the application's, as for
	 * {@link CometHandlerMapping}.
	 */
	private boolean isOnOtherServer(ServerWebExchange exchange) {
		ApplicationContext server = exchange.getApplicationContext();
		return server != null && server.getParent() != null && server.getParent() == getApplicationContext();
	}

}
