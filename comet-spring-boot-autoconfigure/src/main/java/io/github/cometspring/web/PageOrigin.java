package io.github.cometspring.web;

import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * The origin of a page, as its browser writes it into {@code Origin} (RFC 6454, section
 * 6.2). Handles every input without an error: a client may write anything into this
 * header, and into {@code Host}.
 *
 * @param scheme {@code http} or {@code https}
 * @param host the host in lower case, with brackets if it is an IPv6 address
 * @param port the port, or the default of the scheme where the text has none
 */
record PageOrigin(String scheme, String host, int port) {

	private static final int HTTP_PORT = 80;

	private static final int HTTPS_PORT = 443;

	private static final int HIGHEST_PORT = 65535;

	private static final int MOST_DIGITS = 5;

	/**
	 * The characters that end a host or are not allowed in one.
	 */
	private static final String NOT_IN_HOST = "/?#@\\ \t,";

	/**
	 * Reads an origin.
	 * @param text the text
	 * @return the origin, or {@code null} if the text is not an http or https origin,
	 * such as the literal {@code null}
	 */
	static @Nullable PageOrigin parse(String text) {
		int end = text.indexOf("://");
		String scheme = text.substring(0, Math.max(0, end)).toLowerCase(Locale.ROOT);
		if (!scheme.equals("http") && !scheme.equals("https")) {
			return null;
		}
		Authority authority = Authority.parse(text.substring(end + 3));
		if (authority == null) {
			return null;
		}
		int defaultPort = scheme.equals("http") ? HTTP_PORT : HTTPS_PORT;
		return new PageOrigin(scheme, authority.host, (authority.port >= 0) ? authority.port : defaultPort);
	}

	/**
	 * Whether a request comes from the page of another origin. A request without
	 * {@code Origin} comes from a page of the same origin, or from no page.
	 * @param request the request
	 * @return {@code true} also if it has several origins, or one that is malformed
	 */
	static boolean isForeign(ServerHttpRequest request) {
		List<String> values = request.getHeaders().getOrEmpty(HttpHeaders.ORIGIN);
		return !values.isEmpty() && isForeign(values, request.getURI().getRawAuthority());
	}

	/**
	 * Whether a request comes from the page of another origin.
	 * @param values the values of its header {@code Origin}
	 * @param authority the host of the server, as the client names it
	 * @return {@code true} also if there are several origins, or one that is malformed
	 */
	static boolean isForeign(List<String> values, @Nullable String authority) {
		if (values.isEmpty()) {
			return false;
		}
		PageOrigin origin = (values.size() == 1) ? parse(values.get(0)) : null;
		return origin == null || !origin.isOf(authority);
	}

	/**
	 * Whether a page of this origin was served by a host. The scheme is ignored: a proxy
	 * may terminate TLS, so the last hop may use another scheme than the browser.
	 * @param authority the host, with a port unless it is the default port of http or
	 * https; {@code null} if there is none
	 * @return {@code true} if host and port are the same
	 */
	boolean isOf(@Nullable String authority) {
		Authority own = (authority != null) ? Authority.parse(authority) : null;
		if (own == null || !own.host.equals(this.host)) {
			return false;
		}
		return (own.port >= 0) ? own.port == this.port : this.port == HTTP_PORT || this.port == HTTPS_PORT;
	}

	/**
	 * A host, perhaps with a port.
	 *
	 * @param host the host in lower case
	 * @param port the port, or -1 if there is none
	 */
	private record Authority(String host, int port) {

		private static @Nullable Authority parse(String text) {
			int bracket = text.indexOf(']');
			int colon = text.indexOf(':', Math.max(0, bracket));
			String host = (colon >= 0) ? text.substring(0, colon) : text;
			boolean isHost = !host.isEmpty() && host.chars().noneMatch((c) -> NOT_IN_HOST.indexOf(c) >= 0)
					&& host.startsWith("[") == (bracket >= 0) && (bracket < 0 || bracket == host.length() - 1);
			int port = (colon >= 0) ? port(text.substring(colon + 1)) : -1;
			return (isHost && (colon < 0 || port >= 0)) ? new Authority(host.toLowerCase(Locale.ROOT), port) : null;
		}

		private static int port(String text) {
			boolean isNumber = !text.isEmpty() && text.length() <= MOST_DIGITS
					&& text.chars().allMatch((c) -> c >= '0' && c <= '9');
			int port = isNumber ? Integer.parseInt(text) : -1;
			return (port <= HIGHEST_PORT) ? port : -1;
		}

	}

}
