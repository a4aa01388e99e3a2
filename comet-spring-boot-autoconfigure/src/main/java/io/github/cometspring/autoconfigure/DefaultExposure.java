package io.github.cometspring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * The exposure of actuator endpoints if the application configures none. Any setting of
 * the application overrides it, also in property sources that are added later. So an
 * endpoint that the application exposes is never guarded, and any other always is.
 */
final class DefaultExposure extends PropertySource<MutablePropertySources> {

	/**
	 * The property that says which endpoints are exposed.
	 */
	static final String PROPERTY = "management.endpoints.web.exposure.include";

	/**
	 * The endpoints that are exposed by default.
	 */
	static final String INCLUDE = "health,comet";

	private static final String EXCLUDE_PROPERTY = "management.endpoints.web.exposure.exclude";

	private static final String NAME = "cometDefaultExposure";

	private DefaultExposure(MutablePropertySources sources) {
		super(NAME, sources);
	}

	/**
	 * Adds the default.
	 * @param environment where to add it
	 * @return whether it is in force
	 */
	static boolean addTo(ConfigurableEnvironment environment) {
		MutablePropertySources sources = environment.getPropertySources();
		sources.addLast(new DefaultExposure(sources));
		return isInForce(environment);
	}

	/**
	 * Whether the default exposes the endpoints.
	 * @param environment where to look
	 * @return {@code false} if the application configures exposure
	 */
	static boolean isInForce(Environment environment) {
		PropertySource<?> source = (environment instanceof ConfigurableEnvironment configurable)
				? configurable.getPropertySources().get(NAME) : null;
		return source != null && source.containsProperty(PROPERTY);
	}

	@Override
	public @Nullable Object getProperty(String name) {
		return (name.equals(PROPERTY) && !isSetByApplication()) ? INCLUDE : null;
	}

	private boolean isSetByApplication() {
		List<PropertySource<?>> others = getSource().stream()
			.filter((source) -> !source.getName().equals(NAME)
					&& !ConfigurationPropertySources.isAttachedConfigurationPropertySource(source))
			.toList();
		Binder binder = new Binder(ConfigurationPropertySources.from(others));
		Bindable<String[]> names = Bindable.of(String[].class);
		return binder.bind(PROPERTY, names).isBound() || binder.bind(EXCLUDE_PROPERTY, names).isBound();
	}

}
