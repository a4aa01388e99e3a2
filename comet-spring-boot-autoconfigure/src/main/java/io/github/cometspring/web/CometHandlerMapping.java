package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.cometspring.protocol.LegacyCodec;
import reactor.core.publisher.Mono;

import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Maps the comet path to its handler, and a path below it to the browser client. A
 * literal path comes before the application's handlers. {@value #EVERYWHERE} comes after
 * them and before static resources, and is for requests of the legacy dialect only
 * (protocol, sections 2 and 7).
 *
 * @since 0.1.0
 */
public final class CometHandlerMapping extends AbstractHandlerMapping {

	/**
	 * Maps every path that the application does not handle.
	 */
	public static final String EVERYWHERE = "/**";

	/**
	 * The attribute of an observed exchange with the time at which it was mapped, in
	 * nanoseconds.
	 */
	public static final String MAPPED_AT = CometHandlerMapping.class.getName() + ".mappedAt";

	private static final int BEFORE_ROUTER_FUNCTIONS = -2;

	private static final int BEFORE_STATIC_RESOURCES = Ordered.LOWEST_PRECEDENCE - 2;

	private static final Duration PREFLIGHT_MAX_AGE = Duration.ofHours(1);

	private static final List<String> EXPOSED_HEADERS = List.of(CometHeaders.CURSOR, CometHeaders.GAP,
			CometHeaders.REFUSED, CometHeaders.MAX_CHANNELS, HttpHeaders.RETRY_AFTER);

	private final PathPattern path;

	private final WebHandler handler;

	private final boolean everywhere;

	/**
	 * The path of the browser client, below the comet path.
	 */
	private static final String BROWSER_CLIENT = "/comet.js";

	/**
	 * The path of the browser client if the comet path is {@value #EVERYWHERE}.
	 */
	private static final String BROWSER_CLIENT_EVERYWHERE = "/comet" + BROWSER_CLIENT;

	private final PathPattern browserClientPath;

	private final WebHandler browserClient = new AbortedExchangeHandler(new BrowserClientHandler());

	/**
	 * Creates a mapping.
	 * @param path the path, literal or {@value #EVERYWHERE}
	 * @param handler handles its requests
	 * @param allowedOrigins the foreign origins whose pages may listen
	 */
	public CometHandlerMapping(String path, WebHandler handler, AllowedOrigins allowedOrigins) {
		this.path = getPathPatternParser().parse(path);
		this.handler = new AbortedExchangeHandler(handler);
		this.everywhere = path.equals(EVERYWHERE);
		String script = this.everywhere ? BROWSER_CLIENT_EVERYWHERE : path + BROWSER_CLIENT;
		this.browserClientPath = getPathPatternParser().parse(script);
		setOrder(this.everywhere ? BEFORE_STATIC_RESOURCES : BEFORE_ROUTER_FUNCTIONS);
		if (!allowedOrigins.isEmpty()) {
			setCorsProcessor(new PageCorsProcessor(allowedOrigins));
			setCorsConfigurations(Map.of(path, cors(allowedOrigins), script, cors(allowedOrigins)));
		}
	}

	private static CorsConfiguration cors(AllowedOrigins allowedOrigins) {
		CorsConfiguration cors = new CorsConfiguration();
		cors.setAllowedOrigins(allowedOrigins.origins());
		cors.setAllowedMethods(List.of(HttpMethod.GET.name(), HttpMethod.POST.name()));
		// A page may log in by a header of its own.
		cors.setAllowedHeaders(List.of(CorsConfiguration.ALL));
		cors.setExposedHeaders(EXPOSED_HEADERS);
		// Otherwise browsers would send a preflight before most polls.
		cors.setMaxAge(PREFLIGHT_MAX_AGE);
		if (allowedOrigins.mayUseCredentials()) {
			cors.setAllowCredentials(true);
		}
		return cors;
	}

	@Override
	protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
		if (isOnOtherServer(exchange)) {
			return Mono.empty();
		}
		if (this.browserClientPath.matches(exchange.getRequest().getPath().pathWithinApplication())
				&& !isLegacyPoll(exchange.getRequest())) {
			return found(exchange, this.browserClientPath, this.browserClient);
		}
		boolean matches = this.everywhere ? isLegacyPoll(exchange.getRequest())
				: this.path.matches(exchange.getRequest().getPath().pathWithinApplication());
		return matches ? found(exchange, this.path, this.handler) : Mono.empty();
	}

	/**
	 * Notes the path as Spring's own mappings do, so that the meter of requests names it,
	 * and the time.
	 */
	private static Mono<WebHandler> found(ServerWebExchange exchange, PathPattern path, WebHandler handler) {
		ServerRequestObservationContext.findCurrent(exchange.getAttributes()).ifPresent((context) -> {
			context.setPathPattern(path.getPatternString());
			exchange.getAttributes().put(MAPPED_AT, System.nanoTime());
		});
		return Mono.just(handler);
	}

	/**
	 * Whether a request came to another server than the application's. An actuator server
	 * on a port of its own runs in a child context of the application's, and finds these
	 * mappings as well.
	 */
	private boolean isOnOtherServer(ServerWebExchange exchange) {
		ApplicationContext server = exchange.getApplicationContext();
		return server != null && server.getParent() != null && server.getParent() == getApplicationContext();
	}

	private static boolean isLegacyPoll(ServerHttpRequest request) {
		return HttpMethod.POST.equals(request.getMethod())
				&& LegacyCodec.isLegacyMediaType(PollHandler.contentType(request));
	}

}
