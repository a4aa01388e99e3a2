package io.github.cometspring.web;

import java.util.List;
import java.util.Map;

import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Maps the comet path to its handler: a path of its own before the application's
 * handlers, or {@value #EVERYWHERE} after them and before static resources, and then for
 * requests of the legacy dialect only (protocol, sections 2 and 7).
 *
 * @since 0.1.0
 */
public final class CometHandlerMapping extends AbstractHandlerMapping {

	/**
	 * The path that stands for every path that nobody else takes.
	 */
	public static final String EVERYWHERE = "/**";

	private static final int BEFORE_ROUTER_FUNCTIONS = -2;

	private static final int BEFORE_STATIC_RESOURCES = Ordered.LOWEST_PRECEDENCE - 2;

	private final PathPattern path;

	private final WebHandler handler;

	private final boolean everywhere;

	/**
	 * Creates a mapping.
	 * @param path the path, literal or {@value #EVERYWHERE}
	 * @param handler answers there
	 * @param allowedOrigins the foreign origins whose pages may poll; none if empty
	 */
	public CometHandlerMapping(String path, WebHandler handler, List<String> allowedOrigins) {
		this.path = getPathPatternParser().parse(path);
		this.handler = handler;
		this.everywhere = path.equals(EVERYWHERE);
		setOrder(this.everywhere ? BEFORE_STATIC_RESOURCES : BEFORE_ROUTER_FUNCTIONS);
		if (!allowedOrigins.isEmpty()) {
			setCorsConfigurations(Map.of(path, cors(allowedOrigins)));
		}
	}

	private static CorsConfiguration cors(List<String> allowedOrigins) {
		CorsConfiguration cors = new CorsConfiguration();
		cors.setAllowedOrigins(allowedOrigins);
		cors.setAllowedMethods(List.of(HttpMethod.POST.name()));
		cors.setAllowedHeaders(List.of(HttpHeaders.CONTENT_TYPE, CometHeaders.CURSOR));
		cors.setExposedHeaders(List.of(CometHeaders.CURSOR, CometHeaders.GAP, HttpHeaders.RETRY_AFTER));
		return cors;
	}

	@Override
	protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
		boolean ours = this.everywhere ? LegacyPollHandler.accepts(exchange.getRequest())
				: this.path.matches(exchange.getRequest().getPath().pathWithinApplication());
		return ours ? Mono.just(this.handler) : Mono.empty();
	}

}
