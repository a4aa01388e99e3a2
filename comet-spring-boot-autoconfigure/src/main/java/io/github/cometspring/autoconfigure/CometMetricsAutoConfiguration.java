package io.github.cometspring.autoconfigure;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.metrics.ClientCounts;
import io.github.cometspring.metrics.CometMeters;
import io.github.cometspring.metrics.RedisMeters;
import io.github.cometspring.redis.RedisNode;
import io.github.cometspring.subscription.Subscriptions;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the meters.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass({ MeterRegistry.class, MeterBinder.class })
@ConditionalOnBean({ Subscriptions.class, MeterRegistry.class })
public final class CometMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ClientCounts cometClientCounts() {
		return new ClientCounts();
	}

	// Spring Boot binds it to the registry.
	@Bean
	@ConditionalOnMissingBean
	CometMeters cometMeters(ClientCounts counts, Subscriptions subscriptions, ChannelBroker broker, Channels channels) {
		return new CometMeters(counts, subscriptions, broker,
				() -> (channels instanceof DefaultChannels counted) ? counted.published() : 0);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisClient.class)
	@ConditionalOnBean(RedisNode.class)
	static class RedisConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RedisMeters cometRedisMeters(RedisNode node) {
			RedisMeters meters = new RedisMeters();
			node.observe(meters);
			return meters;
		}

	}

}
