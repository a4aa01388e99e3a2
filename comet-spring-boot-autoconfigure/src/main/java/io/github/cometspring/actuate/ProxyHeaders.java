package io.github.cometspring.actuate;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The headers by which a request shows that it came through a proxy: those that proxies
 * and their services add, and no client sends by itself.
 */
final class ProxyHeaders {

	private static final Set<String> NAMES = Set.of("cdn-loop", "front-end-https", "surrogate-capability", "via",
			"x-arr-log-id", "x-arr-ssl", "x-cdn", "x-lb", "x-request-start", "x-queue-start", "x-rewrite-url",
			"x-scheme", "x-url-scheme", "x-varnish");

	/** How the names begin that services give to headers of their own. */
	private static final List<String> BEGINNINGS = List.of("akamai-", "ali-", "cf-", "cloudfront-", "eagleid",
			"fastly-", "fly-", "incap-", "ssl-client", "x-akamai-", "x-amz-", "x-amzn-", "x-appengine-", "x-appgw-",
			"x-azure-", "x-client-", "x-cloud-", "x-envoy-", "x-fastly-", "x-fd-", "x-goog-", "x-haproxy-", "x-nf-",
			"x-nginx-", "x-original-", "x-ssl-", "x-sucuri-", "x-traefik-", "x-vercel-", "x-waf-", "xroxy-");

	/** What is in the names of the others, which say for whom a request is passed on. */
	private static final List<String> PARTS = List.of("forward", "proxy", "client-ip", "clientip", "client-addr",
			"connecting-ip", "original-host", "originating-ip", "real-ip", "realip", "remote-addr", "remote-ip",
			"remote-host", "remote-user", "source-ip", "true-client", "user-ip");

	private ProxyHeaders() {
	}

	/**
	 * Whether a header is one of them.
	 * @param header the name of the header, in any case
	 * @return {@code true} if a proxy has added it
	 */
	static boolean contain(String header) {
		String name = header.toLowerCase(Locale.ROOT).replace('_', '-');
		return NAMES.contains(name) || BEGINNINGS.stream().anyMatch(name::startsWith)
				|| PARTS.stream().anyMatch(name::contains);
	}

}
