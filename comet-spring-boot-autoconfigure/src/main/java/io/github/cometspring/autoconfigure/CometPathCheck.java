package io.github.cometspring.autoconfigure;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.web.CometHandlerMapping;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.support.RouterFunctionMapping;
import org.springframework.web.reactive.handler.AbstractUrlHandlerMapping;
import org.springframework.web.reactive.result.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Fails the start if another handler is mapped to the very path of Comet. A pattern that
 * merely covers the path is no mistake: the literal path wins over it.
 */
final class CometPathCheck implements SmartInitializingSingleton {

	/**
	 * The media types of the requests that routes are asked for.
	 */
	private static final List<MediaType> CONTENT_TYPES = List.of(MediaType.APPLICATION_OCTET_STREAM,
			MediaType.APPLICATION_JSON, MediaType.APPLICATION_FORM_URLENCODED, MediaType.TEXT_PLAIN);

	private final String path;

	private final ObjectProvider<HandlerMapping> mappings;

	CometPathCheck(String path, ObjectProvider<HandlerMapping> mappings) {
		this.path = path;
		this.mappings = mappings;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.path.equals(CometHandlerMapping.EVERYWHERE)) {
			return;
		}
		this.mappings.orderedStream().map(this::findTaker).flatMap(Optional::stream).findFirst().ifPresent((taker) -> {
			throw new CometPathTakenException(this.path, taker);
		});
	}

	private Optional<String> findTaker(HandlerMapping mapping) {
		if (mapping instanceof RequestMappingInfoHandlerMapping annotated) {
			return annotated.getHandlerMethods()
				.entrySet()
				.stream()
				.filter((entry) -> entry.getKey().getPatternsCondition().getPatterns().stream().anyMatch(this::isOurs))
				.map((entry) -> entry.getValue().toString())
				.findFirst();
		}
		if (mapping instanceof AbstractUrlHandlerMapping urls) {
			return urls.getHandlerMap()
				.entrySet()
				.stream()
				.filter((entry) -> isOurs(entry.getKey()))
				.map((entry) -> entry.getValue().toString())
				.findFirst();
		}
		return (mapping instanceof RouterFunctionMapping functional && functional.getRouterFunction() != null)
				? findRoute(functional.getRouterFunction()) : Optional.empty();
	}

	/**
	 * Asks functional routes, which hide their predicates: sends them requests of every
	 * method and looks which pattern takes each.
	 */
	private Optional<String> findRoute(RouterFunction<?> routes) {
		for (HttpMethod method : HttpMethod.values()) {
			for (MediaType contentType : CONTENT_TYPES) {
				ServerWebExchange exchange = UnsentRequest.exchange(method, this.path, contentType);
				if (isTaken(routes, ServerRequest.create(exchange, List.of()))
						&& exchange
							.getAttribute(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE) instanceof PathPattern pattern
						&& isOurs(pattern)) {
					return Optional.of("the route %s %s".formatted(method, pattern));
				}
			}
		}
		return Optional.empty();
	}

	/**
	 * Whether routes have a handler for a request, and know it at once. A predicate that
	 * fails because it misses something in the request does not take it.
	 */
	private static boolean isTaken(RouterFunction<?> routes, ServerRequest request) {
		CompletableFuture<Boolean> taken = Mono.defer(() -> routes.route(request))
			.hasElement()
			.onErrorReturn(false)
			.toFuture();
		boolean result = taken.getNow(false);
		taken.cancel(true);
		return result;
	}

	private boolean isOurs(PathPattern pattern) {
		return pattern.getPatternString().equals(this.path);
	}

}
