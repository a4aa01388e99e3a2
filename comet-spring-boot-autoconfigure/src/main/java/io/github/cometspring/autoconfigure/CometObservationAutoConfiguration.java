package io.github.cometspring.autoconfigure;

import io.github.cometspring.web.CometHandlerMapping;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.MeterObservationHandler;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;

/**
 * Auto-configuration that keeps the time for which Comet holds a request out of
 * {@code http.server.requests}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometWebFluxAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass({ MeterObservationHandler.class, ServerRequestObservationContext.class })
@ConditionalOnBean({ CometHandlerMapping.class, MeterRegistry.class })
public final class CometObservationAutoConfiguration {

	// Before Micrometer's own, as the first that supports an observation gets it.
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	@ConditionalOnMissingBean(name = "cometObservationHandler")
	MeterObservationHandler<ServerRequestObservationContext> cometObservationHandler(MeterRegistry registry,
			CometSettings settings) {
		return new HeldRequestsObservationHandler(registry, settings.path());
	}

}
