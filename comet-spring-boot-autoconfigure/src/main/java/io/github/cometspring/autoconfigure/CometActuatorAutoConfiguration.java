package io.github.cometspring.autoconfigure;

import io.github.cometspring.actuate.CometChannelsEndpoint;
import io.github.cometspring.actuate.CometEndpoint;
import io.github.cometspring.actuate.CometOperations;
import io.github.cometspring.actuate.CometEndpointWebExtension;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Subscriptions;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the actuator endpoints.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(Subscriptions.class)
public final class CometActuatorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CometOperations cometOperations(CometControl control, ChannelBroker broker, Subscriptions subscriptions) {
		return new CometOperations(control, broker, subscriptions);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint
	CometEndpoint cometEndpoint(CometOperations operations) {
		return new CometEndpoint(operations);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(CometEndpoint.class)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	CometEndpointWebExtension cometEndpointWebExtension(CometOperations operations) {
		return new CometEndpointWebExtension(operations);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint
	CometChannelsEndpoint cometChannelsEndpoint(ChannelBroker broker) {
		return new CometChannelsEndpoint(broker);
	}

}
