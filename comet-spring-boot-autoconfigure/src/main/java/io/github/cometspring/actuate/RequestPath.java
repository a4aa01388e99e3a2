package io.github.cometspring.actuate;

import java.util.Arrays;
import java.util.List;

import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.http.server.PathContainer;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.pattern.PathPattern;

/**
 * What stands in the path of a request behind the path of the endpoint. A selector alone
 * cannot be trusted: a query parameter or a member of the body with its name overrides
 * it.
 */
final class RequestPath {

	private static final Class<?> KEY = RequestPath.class;

	private RequestPath() {
	}

	/**
	 * Keeps the path of a request for the operation that it reaches.
	 * @param context the context to write to
	 * @param exchange the request
	 * @param endpoint a pattern that ends in {@code /**}
	 * @return the context
	 */
	static Context keep(Context context, ServerWebExchange exchange, PathPattern endpoint) {
		PathContainer rest = endpoint.extractPathWithinPattern(exchange.getRequest().getPath().pathWithinApplication());
		return context.put(KEY,
				rest.elements()
					.stream()
					.filter(PathContainer.PathSegment.class::isInstance)
					.map((segment) -> ((PathContainer.PathSegment) segment).valueToMatch())
					.toList());
	}

	/**
	 * The segments of the path.
	 * @param selectors what the selectors say, for technologies that have no path
	 * @return the segments
	 */
	static Mono<List<String>> segments(String... selectors) {
		return Mono.deferContextual((context) -> Mono
			.just(context.<List<String>>getOrEmpty(KEY).orElseGet(() -> Arrays.asList(selectors))));
	}

}
