package io.github.cometspring.autoconfigure;

import java.util.List;
import java.util.Map;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;

/**
 * The exposure of actuator endpoints where the application sets none: a property source
 * of the lowest precedence.
 */
final class DefaultExposure {

	/**
	 * The property that says which endpoints are exposed.
	 */
	static final String PROPERTY = "management.endpoints.web.exposure.include";

	/**
	 * The endpoints that are exposed by default.
	 */
	static final String INCLUDE = "health,comet";

	private static final String EXCLUDE_PROPERTY = "management.endpoints.web.exposure.exclude";

	private static final String SOURCE = "cometDefaultExposure";

	private DefaultExposure() {
	}

	/**
	 * Adds the default where the application says nothing about exposure.
	 * @param environment where to add it
	 * @return whether it was added
	 */
	static boolean addTo(ConfigurableEnvironment environment) {
		if (isSetByApplication(environment)) {
			return false;
		}
		environment.getPropertySources().addLast(new MapPropertySource(SOURCE, Map.of(PROPERTY, INCLUDE)));
		return true;
	}

	/**
	 * Whether the default is what exposes the endpoints.
	 * @param environment where to look
	 * @return {@code false} if the application has the say
	 */
	static boolean isInForce(Environment environment) {
		return environment instanceof ConfigurableEnvironment configurable
				&& configurable.getPropertySources().contains(SOURCE) && !isSetByApplication(configurable);
	}

	private static boolean isSetByApplication(ConfigurableEnvironment environment) {
		List<PropertySource<?>> others = environment.getPropertySources()
			.stream()
			.filter((source) -> !source.getName().equals(SOURCE)
					&& !ConfigurationPropertySources.isAttachedConfigurationPropertySource(source))
			.toList();
		Binder binder = new Binder(ConfigurationPropertySources.from(others));
		Bindable<String[]> names = Bindable.of(String[].class);
		return binder.bind(PROPERTY, names).isBound() || binder.bind(EXCLUDE_PROPERTY, names).isBound();
	}

}
