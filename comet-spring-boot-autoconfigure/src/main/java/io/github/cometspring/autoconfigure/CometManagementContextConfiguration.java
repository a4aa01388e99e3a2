package io.github.cometspring.autoconfigure;

import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.actuate.CometEndpointFilter;
import io.github.cometspring.actuate.LoopbackGuard;
import io.github.cometspring.actuate.PeerUsers;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.DispatcherHandler;

/**
 * Sets up the filter of the actuator endpoints, in the context that serves them.
 * <p>
 * No condition depends on a bean: it might be evaluated before the endpoint is defined,
 * and then the guard would be missing.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnClass(DispatcherHandler.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnSwitch(name = "comet.enabled", matchIfMissing = true)
final class CometManagementContextConfiguration {

	@Bean
	CometEndpointFilter cometEndpointFilter(ObjectProvider<PathMappedEndpoints> endpoints, Environment environment) {
		@Nullable LoopbackGuard guard = DefaultExposure.isInForce(environment)
				? new LoopbackGuard(DefaultExposure.PROPERTY, PeerUsers.ofThisMachine()) : null;
		return new CometEndpointFilter(endpoints.stream().flatMap(CometManagementContextConfiguration::paths).toList(),
				guard);
	}

	private static Stream<String> paths(PathMappedEndpoints endpoints) {
		return Stream.of("comet", "cometchannels")
			.map((id) -> endpoints.getPath(EndpointId.of(id)))
			.filter(Objects::nonNull);
	}

}
