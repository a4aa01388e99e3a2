package io.github.cometspring.autoconfigure;

import io.github.cometspring.actuate.CometHealthIndicator;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Subscriptions;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health contributor {@code comet}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometAutoConfiguration.class)
@ConditionalOnClass({ ReactiveHealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(Subscriptions.class)
@ConditionalOnEnabledHealthIndicator("comet")
public final class CometHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "cometHealthIndicator", "cometHealthContributor" })
	CometHealthIndicator cometHealthIndicator(CometControl control, ChannelBroker broker, Subscriptions subscriptions) {
		return new CometHealthIndicator(control, broker, subscriptions);
	}

}
