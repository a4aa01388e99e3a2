package io.github.cometspring.autoconfigure;

import io.github.cometspring.actuate.PeerUsers;
import org.apache.commons.logging.Log;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Exposes the {@code comet} endpoint beside {@code health} if the application does not
 * configure exposure and does not run on a recognised cloud platform. The endpoint is
 * then {@linkplain io.github.cometspring.actuate.LoopbackGuard guarded}.
 */
final class CometExposurePostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String WEB_ENDPOINTS = "org.springframework.boot.webflux.actuate.endpoint.web.WebFluxEndpointHandlerMapping";

	static final String ENDPOINT_AUTO_CONFIGURATION = "org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration";

	private final Log logger;

	CometExposurePostProcessor(DeferredLogFactory logFactory) {
		this.logger = logFactory.getLog(CometExposurePostProcessor.class);
	}

	@Override
	public int getOrder() {
		// After the application's own configuration has been loaded.
		return ConfigDataEnvironmentPostProcessor.ORDER + 10;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		ClassLoader classLoader = application.getClassLoader();
		if (webApplicationType(environment, application) == WebApplicationType.REACTIVE
				&& ClassUtils.isPresent(WEB_ENDPOINTS, classLoader)
				&& ClassUtils.isPresent(ENDPOINT_AUTO_CONFIGURATION, classLoader)
				&& Binder.get(environment).bind("comet.enabled", Boolean.class).orElse(true)
				&& !isOnPlatform(environment) && DefaultExposure.addTo(environment)) {
			this.logger
				.info("Exposing the actuator endpoint 'comet' to requests from this machine, beside 'health' (set "
						+ DefaultExposure.PROPERTY + " to decide yourself). " + acceptedUsers());
		}
	}

	private static String acceptedUsers() {
		return (PeerUsers.ofThisMachine() != null)
				? "They must come from the user who runs the server, or from root: the owner of the socket is checked"
				: "This system does not tell from which user they come: proxies on it must not forward them";
	}

	private static boolean isOnPlatform(Environment environment) {
		CloudPlatform platform = CloudPlatform.getActive(environment);
		return platform != null && platform != CloudPlatform.NONE;
	}

	private static WebApplicationType webApplicationType(Environment environment, SpringApplication application) {
		// Spring Boot applies the property to the application only later.
		return Binder.get(environment)
			.bind("spring.main.web-application-type", WebApplicationType.class)
			.orElseGet(application::getWebApplicationType);
	}

}
