package io.github.cometspring.autoconfigure;

import java.time.Duration;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelListener;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.redis.RedisChannelBroker;
import io.github.cometspring.redis.RedisControlRelay;
import io.github.cometspring.redis.RedisNode;
import io.github.cometspring.redis.RedisSettings;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.DependsOn;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of channels that several nodes share, on the Redis that the
 * application has configured.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = CometAutoConfiguration.class, after = DataRedisAutoConfiguration.class)
@ConditionalOnClass({ RedisClient.class, DataRedisConnectionDetails.class })
@ConditionalOnSwitch(name = "comet.enabled", matchIfMissing = true)
@ConditionalOnBean(DataRedisConnectionDetails.class)
@Conditional(OnCometRedisCondition.class)
@EnableConfigurationProperties(CometProperties.class)
public final class CometRedisAutoConfiguration {

	@Bean(destroyMethod = "dispose")
	@ConditionalOnMissingBean
	RedisNode cometRedisNode(DataRedisConnectionDetails details, Environment environment, CometProperties properties,
			CometSettings settings) {
		OnCometRedisCondition.checkConnection(details, environment);
		CometProperties.Redis redis = properties.redis();
		RedisURI uri = RedisAddress.of(details, environment);
		return new RedisNode(uri, RedisAddress.ssl(details), new RedisSettings(redis.keyPrefix(),
				redis.commandTimeout(), redis.probeInterval(), settings.maxVirtualChannels()), Schedulers.parallel());
	}

	// The application may publish while the context starts, so Redis is connected
	// before.
	@Bean(destroyMethod = "dispose")
	@ConditionalOnMissingBean(ChannelBroker.class)
	@DependsOn("cometRedisStart")
	RedisChannelBroker cometRedisChannelBroker(RedisNode node, ChannelListener listener) {
		return new RedisChannelBroker(node, listener);
	}

	@Bean
	@ConditionalOnMissingBean
	RedisControlRelay cometRedisControlRelay(RedisNode node) {
		return new RedisControlRelay(node);
	}

	@Bean
	@ConditionalOnMissingBean
	CometControl cometControl(CometSettings settings, RedisControlRelay relay) {
		CometControl control = new CometControl(settings.timeout(), relay);
		relay.attach(control);
		return control;
	}

	@Bean
	CometRedisStart cometRedisStart(RedisNode node, RedisControlRelay relay, DataRedisConnectionDetails details,
			Environment environment, CometProperties properties) {
		Duration timeout = properties.redis().commandTimeout();
		return new CometRedisStart(node, relay, new RedisTlsCheck(RedisAddress.of(details, environment), timeout),
				timeout);
	}

}
