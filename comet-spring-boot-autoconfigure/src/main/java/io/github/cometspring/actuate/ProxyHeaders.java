package io.github.cometspring.actuate;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The headers that proxies and hosting services add to a request, and that clients do not
 * send themselves.
 */
final class ProxyHeaders {

	private static final Set<String> NAMES = Set.of("cdn-loop", "front-end-https", "surrogate-capability", "via",
			"x-arr-log-id", "x-arr-ssl", "x-cdn", "x-lb", "x-request-start", "x-queue-start", "x-rewrite-url",
			"x-scheme", "x-url-scheme", "x-varnish");

	/** The prefixes of headers of particular services. */
	private static final List<String> PREFIXES = List.of("akamai-", "ali-", "cf-", "cloudfront-", "eagleid", "fastly-",
			"fly-", "incap-", "ssl-client", "x-akamai-", "x-amz-", "x-amzn-", "x-appengine-", "x-appgw-", "x-azure-",
			"x-client-", "x-cloud-", "x-envoy-", "x-fastly-", "x-fd-", "x-goog-", "x-haproxy-", "x-nf-", "x-nginx-",
			"x-original-", "x-ssl-", "x-sucuri-", "x-traefik-", "x-vercel-", "x-waf-", "xroxy-");

	/** Parts of the names of other headers, which name the original client or host. */
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
		return NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith)
				|| PARTS.stream().anyMatch(name::contains);
	}

}
