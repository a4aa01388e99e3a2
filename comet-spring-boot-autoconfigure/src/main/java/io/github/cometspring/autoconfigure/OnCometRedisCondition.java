package io.github.cometspring.autoconfigure;

import java.util.List;
import java.util.stream.Stream;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if channels are kept on Redis. {@code comet.redis.enabled} decides; if it is
 * unset, channels are kept on Redis if a connection is configured. Spring Boot's default
 * connection to this machine does not count.
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
				if (type != null && !isDefault(type)) {
					return ConditionOutcome.match(message.foundExactly("connection details '" + name + "'"));
				}
			}
		}
		return ConditionOutcome.noMatch(message.because("no connection to Redis is configured"));
	}

	/**
	 * Whether Spring Boot has these connection details also without a configuration.
	 */
	private static boolean isDefault(Class<?> type) {
		return type.getSimpleName().equals("PropertiesDataRedisConnectionDetails");
	}

	/**
	 * Fails if no connection to Redis is configured.
	 * @param details the connection details
	 * @param environment the environment
	 * @throws InvalidConfigurationPropertyValueException if no connection is configured
	 */
	static void checkConnection(DataRedisConnectionDetails details, Environment environment) {
		Binder binder = Binder.get(environment);
		boolean named = Stream.concat(CONNECTIONS.stream(), Stream.of("spring.data.redis.port"))
			.anyMatch((name) -> binder.bind(name, String.class).isBound());
		if (!named && isDefault(details.getClass())) {
			throw new InvalidConfigurationPropertyValueException("comet.redis.enabled", true,
					"No connection to Redis is configured. Set spring.data.redis.url or spring.data.redis.host.");
		}
	}

}
