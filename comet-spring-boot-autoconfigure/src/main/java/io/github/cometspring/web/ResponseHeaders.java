package io.github.cometspring.web;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.netty.util.AsciiString;

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

	/**
	 * The names and values of {@link #COMMON}, in turns, encoded once.
	 */
	static final List<AsciiString> ENCODED = COMMON.stream()
		.flatMap((header) -> Stream.of(header.getKey(), header.getValue()))
		.map(AsciiString::new)
		.toList();

	/**
	 * The value of {@code WWW-Authenticate} for clients whose right to read has run out,
	 * for which RFC 9110 demands one (RFC 6750, section 3). Browsers do not ask for a
	 * password then.
	 */
	static final String LOG_IN_AGAIN = "Bearer error=\"invalid_token\"";

	private ResponseHeaders() {
	}

	/**
	 * Sets the headers of every response.
	 */
	static void setCommon(ServerHttpResponse response) {
		COMMON.forEach((header) -> response.getHeaders().set(header.getKey(), header.getValue()));
	}

}
