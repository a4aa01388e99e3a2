package io.github.cometspring.test;

import io.github.cometspring.autoconfigure.CometWebFluxAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@link CometTester}, imported by
 * {@link AutoConfigureCometTester @AutoConfigureCometTester}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometWebFluxAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
public final class CometTesterAutoConfiguration {

	/**
	 * Creates the configuration.
	 */
	public CometTesterAutoConfiguration() {
		// No state
	}

	@Bean
	@ConditionalOnMissingBean
	CometTester cometTester(ApplicationContext context) {
		return CometTester.bindToTest(context);
	}

}
