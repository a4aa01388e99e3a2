package io.github.cometspring.autoconfigure;

import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelBroker;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
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
 * connection to this machine does not count, and a broker of the application goes first:
 * Redis may be there for something else then.
 */
final class OnCometRedisCondition extends SpringBootCondition implements ConfigurationCondition {

	private static final List<String> CONNECTIONS = List.of("spring.data.redis.url", "spring.data.redis.host",
			"spring.data.redis.sentinel.master");

	/** Lists, which may be given as one text or by their elements. */
	private static final List<String> NODES = List.of(RedisAddress.CLUSTER, RedisAddress.MASTER_REPLICA);

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
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		if (beans != null) {
			String[] brokers = beans.getBeanNamesForType(ChannelBroker.class, true, false);
			if (brokers.length > 0) {
				return ConditionOutcome.noMatch(message.foundExactly("broker '" + brokers[0] + "'"));
			}
		}
		String name = findConnection(binder);
		if (name != null) {
			return ConditionOutcome.match(message.foundExactly(name));
		}
		if (beans != null) {
			for (String bean : beans.getBeanNamesForType(DataRedisConnectionDetails.class, true, false)) {
				Class<?> type = beans.getType(bean, false);
				if (type != null && !isDefault(type)) {
					return ConditionOutcome.match(message.foundExactly("connection details '" + bean + "'"));
				}
			}
		}
		return ConditionOutcome.noMatch(message.because("no connection to Redis is configured"));
	}

	/**
	 * Finds the property that configures a connection.
	 * @return its name, or {@code null} if there is none
	 */
	private static @Nullable String findConnection(Binder binder) {
		Stream<String> texts = CONNECTIONS.stream().filter((name) -> binder.bind(name, String.class).isBound());
		Stream<String> lists = NODES.stream()
			.filter((name) -> binder.bind(name, Bindable.listOf(String.class)).isBound());
		return Stream.concat(texts, lists).findFirst().orElse(null);
	}

	/**
	 * Whether Spring Boot has these connection details also without a configuration.
	 */
	static boolean isDefault(Class<?> type) {
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
		boolean named = findConnection(binder) != null || binder.bind("spring.data.redis.port", String.class).isBound();
		if (!named && isDefault(details.getClass())) {
			throw new InvalidConfigurationPropertyValueException("comet.redis.enabled", true,
					"No connection to Redis is configured. Set spring.data.redis.url or spring.data.redis.host.");
		}
	}

}
