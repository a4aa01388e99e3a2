package io.github.cometspring.autoconfigure;

import java.util.List;

import io.github.cometspring.security.PublishKeys;
import io.github.cometspring.web.AllowedOrigins;
import io.github.cometspring.web.CometHandlerMapping;
import io.github.cometspring.web.PublishLimits;

/**
 * The validated properties of publication over HTTP.
 *
 * @param enabled whether there is an endpoint for publishers
 * @param path its path
 * @param keys the keys of publishers
 * @param limits what publishers may do
 * @param maxRequestSize the size of the largest request body, in bytes
 * @param foreignOrigins the foreign origins whose pages may publish
 */
record PublishSettings(boolean enabled, String path, PublishKeys keys, PublishLimits limits, int maxRequestSize,
		List<String> foreignOrigins) {

	private static final String BELOW = "/publish";

	/**
	 * The path of the endpoint for publishers.
	 * @param cometPath the path of the endpoint for clients
	 */
	static String path(String cometPath) {
		return (cometPath.equals(CometHandlerMapping.EVERYWHERE) ? "/comet" : cometPath) + BELOW;
	}

	/**
	 * The foreign origins whose pages may publish. Their requests may have the user's
	 * credentials, which the browser sends whether the page may read the answer or not.
	 */
	AllowedOrigins allowedOrigins() {
		return new AllowedOrigins(this.foreignOrigins, true);
	}

}
