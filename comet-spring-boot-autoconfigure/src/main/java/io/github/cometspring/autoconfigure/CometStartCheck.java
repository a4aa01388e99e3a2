package io.github.cometspring.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Fails a start that cannot work, before anything else of Comet is loaded.
 * <p>
 * All other classes are compiled against Spring Framework 7 and fail on an older one when
 * they are first used, which may be at the first poll. So this class, its exceptions and
 * their analyzers use only types that every Spring Boot has.
 */
final class CometStartCheck implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final int OLDEST_MAJOR_VERSION = 4;

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		checkSpringBoot(SpringBootVersion.getVersion());
		// Before the conditions, which would say less about a value that is no boolean.
		Binder.get(context.getEnvironment()).bind("comet.enabled", Boolean.class);
	}

	/**
	 * Fails on a version that is too old. Unknown and newer versions are accepted.
	 * @param version the version of Spring Boot, or {@code null} if it is not known
	 */
	static void checkSpringBoot(@Nullable String version) {
		String major = (version != null) ? version.replaceFirst("\\..*", "") : "";
		if (version != null && major.matches("\\d{1,4}") && Integer.parseInt(major) < OLDEST_MAJOR_VERSION) {
			throw new UnsupportedSpringBootException(version);
		}
	}

}
