package io.github.cometspring.autoconfigure;

import io.github.cometspring.channel.PublicationObserver;
import io.github.cometspring.observation.DeliverObservationConvention;
import io.github.cometspring.observation.ObservedPublications;
import io.github.cometspring.observation.PublishObservationConvention;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of publications that can be followed in traces.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnSwitch(name = "comet.enabled", matchIfMissing = true)
@ConditionalOnBean(ObservationRegistry.class)
public final class CometPublicationObservationAutoConfiguration {

	// Always there, as a condition would be evaluated ahead of time.
	@Bean
	@ConditionalOnMissingBean
	PublicationObserver cometPublicationObserver(CometSettings settings, ObjectProvider<ObservationRegistry> registry,
			ObjectProvider<PublishObservationConvention> publishConvention,
			ObjectProvider<DeliverObservationConvention> deliverConvention) {
		return settings.observationEnabled() ? new ObservedPublications(registry.getObject(),
				publishConvention.getIfAvailable(), deliverConvention.getIfAvailable()) : PublicationObserver.NONE;
	}

}
