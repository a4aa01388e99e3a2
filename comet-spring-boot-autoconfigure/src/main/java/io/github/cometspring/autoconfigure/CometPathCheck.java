package io.github.cometspring.autoconfigure;

import java.util.Optional;

import io.github.cometspring.web.CometHandlerMapping;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.function.server.support.RouterFunctionMapping;
import org.springframework.web.reactive.handler.AbstractUrlHandlerMapping;
import org.springframework.web.reactive.result.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Fails the start if another handler is mapped to the very path of Comet. A pattern that
 * merely covers the path is no mistake: the literal path wins over it.
 */
final class CometPathCheck implements SmartInitializingSingleton {

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
		if (mapping instanceof RouterFunctionMapping routes) {
			return Optional.ofNullable(routes.getRouterFunction())
				.flatMap((found) -> RouteFinder.find(found, this.path));
		}
		return Optional.empty();
	}

	private boolean isOurs(PathPattern pattern) {
		return pattern.getPatternString().equals(this.path);
	}

}
