package io.github.cometspring.publish;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import java.util.stream.Stream;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.expression.ParseException;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringValueResolver;

/**
 * A method with {@link CometPublish}.
 *
 * @param method the method
 * @param channels the names of its channels
 * @param valueType the declared type of the values that are published
 */
record PublishingMethod(Method method, List<ChannelExpression> channels, Type valueType) {

	/**
	 * Reads the annotation of a method.
	 * @param method the method
	 * @param target the class of the bean
	 * @param annotation the annotation
	 * @param properties resolves properties in names
	 * @return the method
	 * @throws IllegalStateException if an expression is invalid, or there is no result to
	 * publish
	 */
	static PublishingMethod of(Method method, Class<?> target, CometPublish annotation,
			StringValueResolver properties) {
		ResolvableType type = ResolvableType.forMethodReturnType(method, target);
		Class<?> result = type.toClass();
		if (result == void.class || BaseStream.class.isAssignableFrom(result)
				|| (Future.class.isAssignableFrom(result) && !CompletionStage.class.isAssignableFrom(result))
				|| !mayBeReplaced(result)) {
			throw new IllegalStateException(
					"@CometPublish on %s: a result of type %s cannot be published (return a value, a Mono, a Flux or a CompletableFuture)"
						.formatted(describe(method), result.getSimpleName()));
		}
		try {
			return new PublishingMethod(method,
					Stream.of(annotation.value())
						.map((text) -> ChannelExpression.parse(String.valueOf(properties.resolveStringValue(text))))
						.toList(),
					valueType(method, type));
		}
		catch (ParseException | IllegalArgumentException ex) {
			throw new IllegalStateException("@CometPublish on %s: %s".formatted(describe(method), ex.getMessage()), ex);
		}
	}

	/**
	 * Whether callers accept an asynchronous result that waits for the publication. It is
	 * a {@code Flux}, say, and they cannot use it as a {@code ConnectableFlux}.
	 */
	private static boolean mayBeReplaced(Class<?> result) {
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(result);
		return adapter == null || result == CompletableFuture.class
				|| result.isAssignableFrom(adapter.getDescriptor().getReactiveType());
	}

	private static Type valueType(Method method, ResolvableType type) {
		if (KotlinDetector.isSuspendingFunction(method)) {
			return Object.class;
		}
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type.toClass());
		ResolvableType value = (adapter != null) ? type.getGeneric() : type;
		return value.hasGenerics() ? value.getType() : value.resolve(Object.class);
	}

	private static String describe(Method method) {
		return ClassUtils.getQualifiedMethodName(method);
	}

	@Override
	public String toString() {
		return describe(this.method);
	}

}
