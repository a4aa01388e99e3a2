package io.github.cometspring.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Fails a start that cannot work, before anything else of Comet is loaded.
 * <p>
 * Everything else is compiled against Spring Framework 7 and fails on an older one when
 * it is first used, which may be at the first poll. So this class, its exceptions and
 * their analyzers keep to what any Spring Boot has.
 */
final class CometStartCheck implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final int OLDEST_MAJOR_VERSION = 4;

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		checkSpringBoot(SpringBootVersion.getVersion());
		// What is neither true nor false would be taken for false by conditions.
		Binder.get(context.getEnvironment()).bind("comet.enabled", Boolean.class);
	}

	/**
	 * Fails on a version that is too old. One that is not known, or not yet, may try.
	 * @param version the version of Spring Boot, or {@code null} if it is not known
	 */
	static void checkSpringBoot(@Nullable String version) {
		String major = (version != null) ? version.replaceFirst("\\..*", "") : "";
		if (version != null && major.matches("\\d{1,4}") && Integer.parseInt(major) < OLDEST_MAJOR_VERSION) {
			throw new UnsupportedSpringBootException(version);
		}
	}

}
