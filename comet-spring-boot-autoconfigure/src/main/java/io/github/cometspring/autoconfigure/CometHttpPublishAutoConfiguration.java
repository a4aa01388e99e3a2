package io.github.cometspring.autoconfigure;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.metrics.PublishMeters;
import io.github.cometspring.security.PublishAuthorizer;
import io.github.cometspring.subscription.PublishAuthorization;
import io.github.cometspring.subscription.PublishCounts;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.ClientSockets;
import io.github.cometspring.web.PublishHandler;
import io.github.cometspring.web.PublishHandlerMapping;
import io.github.cometspring.web.PublishPolicy;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.DispatcherHandler;

/**
 * Auto-configuration of the endpoint for publishers.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometWebFluxAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(DispatcherHandler.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBean(Subscriptions.class)
@ConditionalOnSwitch(name = "comet.publish.enabled")
public final class CometHttpPublishAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PublishAuthorization cometPublishAuthorization(ObjectProvider<PublishAuthorizer> authorizer,
			CometSettings settings) {
		PublishAuthorization authorization = new PublishAuthorization(settings.publish().keys(),
				authorizer.getIfAvailable(), settings.authorizationTimeout());
		if (!authorization.permitsAnybody()) {
			throw new InvalidConfigurationPropertyValueException("comet.publish.enabled", true,
					"Needs comet.publish.keys, or a bean of the type PublishAuthorizer: nobody could publish.");
		}
		return authorization;
	}

	@Bean
	@ConditionalOnMissingBean
	PublishCounts cometPublishCounts() {
		return new PublishCounts();
	}

	@Bean
	@ConditionalOnMissingBean
	PublishPolicy cometPublishPolicy(Channels channels, PublishAuthorization authorization, CometControl control,
			PublishCounts counts, CometSettings settings) {
		return new PublishPolicy(channels, authorization, control::isActive, settings.publish().limits(), counts);
	}

	@Bean
	@ConditionalOnMissingBean
	PublishHandlerMapping cometPublishHandlerMapping(PublishPolicy policy, ClientSockets sockets,
			CometSettings settings) {
		PublishSettings publish = settings.publish();
		return new PublishHandlerMapping(publish.path(),
				new PublishHandler(policy, sockets, publish.maxRequestSize(), publish.allowedOrigins()),
				publish.allowedOrigins());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ MeterRegistry.class, MeterBinder.class })
	@ConditionalOnBean(MeterRegistry.class)
	static class MetricsConfiguration {

		// Spring Boot binds it to the registry.
		@Bean
		@ConditionalOnMissingBean
		PublishMeters cometPublishMeters(PublishCounts counts) {
			return new PublishMeters(counts);
		}

	}

}
