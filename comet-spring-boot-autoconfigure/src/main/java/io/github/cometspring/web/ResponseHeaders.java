package io.github.cometspring.web;

import java.util.List;
import java.util.Map;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * The headers that responses of all dialects have, besides those of the protocol.
 */
final class ResponseHeaders {

	/**
	 * The headers of every response.
	 */
	static final List<Map.Entry<String, String>> COMMON = List.of(Map.entry(HttpHeaders.CACHE_CONTROL, "no-store"),
			Map.entry("X-Content-Type-Options", "nosniff"));

	private ResponseHeaders() {
	}

	/**
	 * Sets the headers of every response.
	 */
	static void setCommon(ServerHttpResponse response) {
		COMMON.forEach((header) -> response.getHeaders().set(header.getKey(), header.getValue()));
	}

}
