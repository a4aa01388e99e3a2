package io.github.cometspring.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.csrf.CsrfWebFilter;
import org.springframework.web.reactive.DispatcherHandler;

import io.github.cometspring.web.CometHandlerMapping;

/**
 * Auto-configuration of what Comet asks of Spring Security: that it lets polls through
 * without a CSRF token, and pages of allowed foreign origins ask what they may send.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometWebFluxAutoConfiguration.class)
@ConditionalOnClass({ ServerHttpSecurity.class, CsrfWebFilter.class, DispatcherHandler.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBean(CometHandlerMapping.class)
public final class CometSecurityAutoConfiguration {

	/**
	 * Spring Security applies it to each {@link ServerHttpSecurity} before the
	 * application does, also to that of the default chain. An application that wants
	 * something else defines a bean of this name.
	 */
	@Bean
	@ConditionalOnMissingBean(name = "cometSecurityCustomizer")
	Customizer<ServerHttpSecurity> cometSecurityCustomizer(CometSettings settings,
			ObjectProvider<DispatcherHandler> dispatcher) {
		boolean foreign = !settings.allowedOrigins().isEmpty();
		CometSecurityFilter filter = new CometSecurityFilter(settings.path(),
				() -> foreign ? dispatcher.getIfUnique() : null);
		// A filter and no matcher: with a matcher, Spring Security no longer makes the
		// exceptions of its own that it makes where there is none, such as for bearer
		// tokens.
		return (http) -> http.addFilterBefore(filter, SecurityWebFiltersOrder.CSRF);
	}

}
