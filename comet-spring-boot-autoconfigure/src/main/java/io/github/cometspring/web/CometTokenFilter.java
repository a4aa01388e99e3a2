package io.github.cometspring.web;

import java.util.List;

import io.github.cometspring.protocol.LegacyCodec;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Lets pages log in with a bearer token (protocol, section 9). The token that a WebSocket
 * offers as a subprotocol becomes the header {@code Authorization} before the security of
 * the application sees the handshake. A token in the address is refused, as addresses are
 * logged and kept.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class CometTokenFilter implements WebFilter, Ordered {

	private static final List<String> PARAMETERS = List.of("access_token", "token", "bearer");

	private static final String PROTOCOL_HEADER = "Sec-WebSocket-Protocol";

	private final @Nullable PathPattern path;

	/**
	 * Creates a filter.
	 * @param path the path of Comet within the application, literal or
	 * {@value CometHandlerMapping#EVERYWHERE}
	 */
	public CometTokenFilter(String path) {
		this.path = path.equals(CometHandlerMapping.EVERYWHERE) ? null : PathPatternParser.defaultInstance.parse(path);
	}

	@Override
	public int getOrder() {
		// Before Spring Security, and any filter that reads the header.
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		return isOurs(exchange.getRequest()) ? check(exchange, chain) : chain.filter(exchange);
	}

	private boolean isOurs(ServerHttpRequest request) {
		// With '/**' other handlers answer as well, and only polls of this media type are
		// served.
		return (this.path != null) ? this.path.matches(request.getPath().pathWithinApplication())
				: HttpMethod.POST.equals(request.getMethod()) && isLegacy(request);
	}

	private static boolean isLegacy(ServerHttpRequest request) {
		return LegacyCodec.isLegacyMediaType(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE));
	}

	private static Mono<Void> check(ServerWebExchange exchange, WebFilterChain chain) {
		ServerWebExchange checked;
		try {
			checked = withToken(exchange);
		}
		catch (RefusedRequestException ex) {
			return refuse(exchange, ex);
		}
		return chain.filter(checked);
	}

	private static ServerWebExchange withToken(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		MultiValueMap<String, String> query = request.getQueryParams();
		if (!query.isEmpty() && PARAMETERS.stream().anyMatch(query::containsKey)) {
			throw refused("A token does not belong in the address: send it in the header Authorization, or with a "
					+ "WebSocket in the subprotocol comet.bearer.<token in base64url>");
		}
		return isHandshake(request) ? withAuthorization(exchange) : exchange;
	}

	private static boolean isHandshake(ServerHttpRequest request) {
		return HttpMethod.GET.equals(request.getMethod())
				&& "websocket".equalsIgnoreCase(request.getHeaders().getUpgrade());
	}

	private static ServerWebExchange withAuthorization(ServerWebExchange exchange) {
		HttpHeaders headers = exchange.getRequest().getHeaders();
		BearerSubprotocol offer = BearerSubprotocol.read(headers.getOrEmpty(PROTOCOL_HEADER));
		String token = offer.token();
		if (token == null) {
			return exchange;
		}
		if (headers.containsHeader(HttpHeaders.AUTHORIZATION)) {
			throw refused("Send a token in the header Authorization or in the subprotocol, not in both");
		}
		if (offer.others().isEmpty()) {
			throw refused("Offer the subprotocol " + CometWebSocketHandler.SUBPROTOCOL + " beside the token");
		}
		return exchange.mutate().request((request) -> request.headers((changed) -> {
			changed.set(PROTOCOL_HEADER, offer.others());
			changed.setBearerAuth(token);
		})).build();
	}

	private static RefusedRequestException refused(String sentence) {
		return new RefusedRequestException(HttpStatus.BAD_REQUEST, sentence);
	}

	private static Mono<Void> refuse(ServerWebExchange exchange, RefusedRequestException refused) {
		ServerHttpResponse response = exchange.getResponse();
		ResponseHeaders.setCommon(response);
		return isLegacy(exchange.getRequest()) ? PlainText.answer(response, refused.status(), refused.sentence())
				: Problem.answer(response, refused.status(), refused.sentence(), null);
	}

}
