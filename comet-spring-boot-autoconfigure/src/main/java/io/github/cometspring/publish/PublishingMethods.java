package io.github.cometspring.publish;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringValueResolver;

/**
 * The methods with {@link CometPublish}. Each is read once, when its bean is created, so
 * that an invalid one fails the start. Thread-safe.
 */
final class PublishingMethods extends StaticMethodMatcherPointcut {

	private final Map<MethodClassKey, PublishingMethod> known = new ConcurrentHashMap<>();

	private final StringValueResolver properties;

	/**
	 * Creates a pointcut.
	 * @param properties resolves properties in names
	 */
	PublishingMethods(StringValueResolver properties) {
		this.properties = properties;
		setClassFilter((type) -> AnnotationUtils.isCandidateClass(type, CometPublish.class));
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		return find(method, targetClass) != null;
	}

	/**
	 * Finds what a method publishes.
	 * @param method the method, of a class or of its interface
	 * @param targetClass the class of the bean, if there is one
	 * @return what it publishes, or {@code null} if it has no annotation
	 */
	@Nullable PublishingMethod find(Method method, @Nullable Class<?> targetClass) {
		MethodClassKey key = new MethodClassKey(method, targetClass);
		PublishingMethod known = this.known.get(key);
		if (known == null) {
			Class<?> target = ClassUtils.getUserClass((targetClass != null) ? targetClass : method.getDeclaringClass());
			Method specific = AopUtils.getMostSpecificMethod(method, target);
			CometPublish annotation = AnnotatedElementUtils.findMergedAnnotation(specific, CometPublish.class);
			if (annotation == null) {
				return null;
			}
			known = PublishingMethod.of(specific, target, annotation, this.properties);
			this.known.put(key, known);
		}
		return known;
	}

}
