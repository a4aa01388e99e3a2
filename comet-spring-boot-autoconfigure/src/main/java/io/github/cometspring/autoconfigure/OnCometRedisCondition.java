package io.github.cometspring.autoconfigure;

import java.util.List;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether channels are on Redis: as {@code comet.redis.enabled} says, and where it does
 * not, if a connection is configured. Spring Boot's own default, a Redis on this machine,
 * is none.
 */
final class OnCometRedisCondition extends SpringBootCondition implements ConfigurationCondition {

	private static final List<String> CONNECTIONS = List.of("spring.data.redis.url", "spring.data.redis.host",
			"spring.data.redis.sentinel.master", "spring.data.redis.cluster.nodes");

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Comet on Redis");
		Binder binder = Binder.get(context.getEnvironment());
		Boolean enabled = binder.bind("comet.redis.enabled", Boolean.class).orElse(null);
		if (enabled != null) {
			return new ConditionOutcome(enabled, message.because("comet.redis.enabled is " + enabled));
		}
		for (String name : CONNECTIONS) {
			if (binder.bind(name, String.class).isBound()) {
				return ConditionOutcome.match(message.foundExactly(name));
			}
		}
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		if (beans != null) {
			for (String name : beans.getBeanNamesForType(DataRedisConnectionDetails.class, true, false)) {
				Class<?> type = beans.getType(name, false);
				// Spring Boot's own is there without a configuration.
				if (type != null && !type.getSimpleName().equals("PropertiesDataRedisConnectionDetails")) {
					return ConditionOutcome.match(message.foundExactly("connection details '" + name + "'"));
				}
			}
		}
		return ConditionOutcome.noMatch(message.because("no connection to Redis is configured"));
	}

}
