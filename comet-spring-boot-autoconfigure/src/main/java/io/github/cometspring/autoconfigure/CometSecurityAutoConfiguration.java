package io.github.cometspring.autoconfigure;

import io.github.cometspring.web.CometHandlerMapping;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.web.server.WebFilter;

/**
 * Auto-configuration of what Comet needs where Spring Security protects the application.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometWebFluxAutoConfiguration.class,
		afterName = "org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration")
@ConditionalOnClass(WebFilterChainProxy.class)
@ConditionalOnBean({ WebFilterChainProxy.class, CometHandlerMapping.class })
public final class CometSecurityAutoConfiguration {

	// An application that wants tokens of its polls has a bean of this name that does
	// nothing.
	@Bean
	@ConditionalOnMissingBean(name = "cometCsrfExemption")
	WebFilter cometCsrfExemption(CometSettings settings) {
		return new CometCsrfExemption(settings.path());
	}

}
