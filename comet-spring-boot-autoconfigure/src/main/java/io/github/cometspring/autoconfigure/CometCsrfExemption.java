package io.github.cometspring.autoconfigure;

import io.github.cometspring.protocol.LegacyDialect;
import io.github.cometspring.web.CometHandlerMapping;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.web.server.csrf.CsrfWebFilter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Takes the requests of Comet's clients out of Spring Security's protection against
 * cross-site request forgery, which would demand a token of every poll. A poll changes
 * nothing on the server, so there is nothing to forge (protocol, section 9).
 * <p>
 * It marks the exchange before Spring Security sees it. To change the matcher of the
 * protection instead would switch off what Spring Security itself adds to the matcher,
 * such as the exemption of requests with a bearer token.
 */
final class CometCsrfExemption implements WebFilter, Ordered {

	private final PathPattern path;

	private final boolean everywhere;

	/**
	 * Creates an exemption.
	 * @param path the path of the endpoint, literal or for every path
	 */
	CometCsrfExemption(String path) {
		this.path = PathPatternParser.defaultInstance.parse(path);
		this.everywhere = path.equals(CometHandlerMapping.EVERYWHERE);
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (isExempt(exchange.getRequest())) {
			CsrfWebFilter.skipExchange(exchange);
		}
		return chain.filter(exchange);
	}

	private boolean isExempt(ServerHttpRequest request) {
		PathContainer path = request.getPath().pathWithinApplication();
		// On every path only what no page of another origin may send without being asked
		// first: the media type of the legacy dialect is none of a form.
		return this.path.matches(path) && (!this.everywhere || (HttpMethod.POST.equals(request.getMethod())
				&& LegacyDialect.isLegacyMediaType(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE))));
	}

}
