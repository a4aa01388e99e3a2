package io.github.cometspring.autoconfigure;

import io.github.cometspring.subscription.Subscriptions;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that fails the start if channels are to be kept on Redis but its
 * client is missing. Without this, each node would keep channels of its own in memory.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { CometAutoConfiguration.class, CometRedisAutoConfiguration.class })
@ConditionalOnSwitch(name = "comet.redis.enabled")
@ConditionalOnBean(Subscriptions.class)
@ConditionalOnMissingBean(type = "io.github.cometspring.redis.RedisNode")
public final class CometRedisMissingAutoConfiguration {

	@Bean
	static BeanFactoryPostProcessor cometRedisMissing() {
		return (beans) -> {
			throw new InvalidConfigurationPropertyValueException("comet.redis.enabled", true,
					"There is no client for Redis. Add the dependency org.springframework.boot:"
							+ "spring-boot-starter-data-redis-reactive, and do not exclude its auto-configuration.");
		};
	}

}
