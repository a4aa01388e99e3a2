package io.github.cometspring.web;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.DefaultCorsProcessor;
import org.springframework.web.server.ServerWebExchange;

/**
 * Applies CORS as Spring does, but decides by {@link PageOrigin} whether an origin is
 * foreign. Spring treats a page behind a proxy that terminates TLS as foreign, and
 * refuses requests for hosts that are not valid DNS names, such as those with an
 * underscore.
 * <p>
 * Thread-safe.
 */
final class PageCorsProcessor extends DefaultCorsProcessor {

	private static final List<String> VARY = List.of(HttpHeaders.ORIGIN, HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD,
			HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);

	private final AllowedOrigins allowed;

	PageCorsProcessor(AllowedOrigins allowed) {
		this.allowed = allowed;
	}

	@Override
	public boolean process(@Nullable CorsConfiguration config, ServerWebExchange exchange) {
		if (config == null) {
			return true;
		}
		ServerHttpResponse response = exchange.getResponse();
		HttpHeaders headers = response.getHeaders();
		VARY.stream()
			.filter((name) -> !headers.getOrEmpty(HttpHeaders.VARY).contains(name))
			.forEach((name) -> headers.add(HttpHeaders.VARY, name));
		if (!PageOrigin.isForeign(exchange.getRequest())
				// A filter has applied CORS already.
				|| headers.containsHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN)) {
			return true;
		}
		if (!this.allowed.admit(exchange.getRequest())) {
			rejectRequest(response);
			return false;
		}
		return handleInternal(exchange, config, CorsUtils.isPreFlightRequest(exchange.getRequest()));
	}

	@Override
	protected @Nullable String checkOrigin(CorsConfiguration config, @Nullable String requestOrigin) {
		// process() has admitted the origin.
		return this.allowed.areAll() ? AllowedOrigins.ALL : requestOrigin;
	}

}
