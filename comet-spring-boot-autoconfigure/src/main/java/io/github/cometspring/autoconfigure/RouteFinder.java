package io.github.cometspring.autoconfigure;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.io.Resource;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicate;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Looks through functional routes for one of a given path.
 */
final class RouteFinder implements RouterFunctions.Visitor {

	private final String path;

	private final Deque<List<String>> prefixes = new ArrayDeque<>(List.of(List.of("")));

	private @Nullable String found;

	private RouteFinder(String path) {
		this.path = path;
	}

	/**
	 * Looks for a route.
	 * @param routes where to look
	 * @param path the path
	 * @return what the route is, or empty if there is none
	 */
	static Optional<String> find(RouterFunction<?> routes, String path) {
		RouteFinder finder = new RouteFinder(path);
		routes.accept(finder);
		return Optional.ofNullable(finder.found);
	}

	@Override
	public void startNested(RequestPredicate predicate) {
		this.prefixes.addLast(paths(predicate));
	}

	@Override
	public void endNested(RequestPredicate predicate) {
		this.prefixes.removeLast();
	}

	@Override
	public void route(RequestPredicate predicate, HandlerFunction<?> handlerFunction) {
		if (paths(predicate).contains(this.path)) {
			this.found = "the route " + predicate;
		}
	}

	@Override
	public void resources(Function<ServerRequest, Mono<Resource>> lookupFunction) {
	}

	@Override
	public void attributes(Map<String, Object> attributes) {
	}

	@Override
	public void unknown(RouterFunction<?> routerFunction) {
	}

	private List<String> paths(RequestPredicate predicate) {
		PathCollector collector = new PathCollector();
		predicate.accept(collector);
		List<String> ends = collector.paths.isEmpty() ? List.of("") : collector.paths;
		return this.prefixes.getLast().stream().flatMap((prefix) -> ends.stream().map(prefix::concat)).toList();
	}

	/**
	 * Remembers the paths that a predicate names, alternatives included, and lets the
	 * rest go by.
	 */
	private static final class PathCollector implements RequestPredicates.Visitor {

		private final List<String> paths = new ArrayList<>(1);

		private int negations;

		@Override
		public void path(String pattern) {
			if (this.negations == 0) {
				this.paths.add(pattern);
			}
		}

		@Override
		@SuppressWarnings("removal")
		public void pathExtension(String extension) {
		}

		@Override
		public void method(Set<HttpMethod> methods) {
		}

		@Override
		public void header(String name, String value) {
		}

		@Override
		public void queryParam(String name, String value) {
		}

		@Override
		public void version(String version) {
		}

		@Override
		public void startAnd() {
		}

		@Override
		public void and() {
		}

		@Override
		public void endAnd() {
		}

		@Override
		public void startOr() {
		}

		@Override
		public void or() {
		}

		@Override
		public void endOr() {
		}

		@Override
		public void startNegate() {
			this.negations++;
		}

		@Override
		public void endNegate() {
			this.negations--;
		}

		@Override
		public void unknown(RequestPredicate predicate) {
		}

	}

}
