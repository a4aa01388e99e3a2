package io.github.cometspring.publish;

import java.lang.reflect.Method;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.MethodIntrospector;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringValueResolver;

/**
 * Makes beans with {@link CometPublish} publish their results: creates a proxy of the
 * bean, or adds its advice to a proxy that is there.
 * <p>
 * Ahead of time, it registers the types of parameters and results for expressions and
 * JSON in native images.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial") // Only its superclass is serializable
public final class CometPublishPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
		implements BeanRegistrationAotProcessor {

	private @Nullable PublishingMethods methods;

	/**
	 * Creates a post-processor. Its advice goes around all others.
	 */
	public CometPublishPostProcessor() {
		setBeforeExistingAdvisors(true);
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		StringValueResolver properties = (beanFactory instanceof ConfigurableBeanFactory configurable)
				? configurable::resolveEmbeddedValue : (text) -> text;
		PublishingMethods methods = new PublishingMethods(properties);
		this.methods = methods;
		this.advisor = new DefaultPointcutAdvisor(methods, new PublishingInterceptor(methods, beanFactory));
	}

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
		Class<?> type = ClassUtils.getUserClass(bean.getBeanClass());
		PublishingMethods all = this.methods;
		if (all == null || !all.getClassFilter().matches(type)) {
			return null;
		}
		Map<Method, PublishingMethod> found = MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<PublishingMethod>) (method) -> all.find(method, type));
		return found.isEmpty() ? null : (generation, code) -> found.values()
			.forEach((method) -> register(generation.getRuntimeHints().reflection(), method));
	}

	private static void register(ReflectionHints hints, PublishingMethod method) {
		BindingReflectionHintsRegistrar registrar = new BindingReflectionHintsRegistrar();
		registrar.registerReflectionHints(hints, method.valueType());
		registrar.registerReflectionHints(hints, method.method().getGenericParameterTypes());
	}

	/**
	 * The post-processor works in a native image, too.
	 */
	@Override
	public boolean isBeanExcludedFromAotProcessing() {
		return false;
	}

}
