package io.github.cometspring.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.security.web.server.csrf.CsrfWebFilter;
import org.springframework.security.web.server.savedrequest.WebSessionServerRequestCache;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.WebSessionIdResolver;
import org.springframework.web.server.session.WebSessionManager;

import io.github.cometspring.subscription.LoginExpiry;
import io.github.cometspring.web.CometHandlerMapping;
import io.github.cometspring.web.KeptLogins;

/**
 * Auto-configuration for Spring Security: it accepts polls without a CSRF token, and
 * preflight requests of pages of allowed foreign origins. It ends clients whose token
 * expires, and lets clients that wait let go of their exchange and poll again without
 * passing all filters.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometWebFluxAutoConfiguration.class,
		afterName = "org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration")
@ConditionalOnClass({ ServerHttpSecurity.class, CsrfWebFilter.class, DispatcherHandler.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBean(CometHandlerMapping.class)
@ImportRuntimeHints(KnownSecurityHints.class)
public final class CometSecurityAutoConfiguration {

	/**
	 * The name of the bean that customizes the filter chains.
	 */
	static final String CUSTOMIZER = "cometSecurityCustomizer";

	/**
	 * Spring Security applies it to each {@link ServerHttpSecurity} before the
	 * application does, also to that of the default chain. An application that wants
	 * something else defines a bean of this name.
	 */
	@Bean
	@ConditionalOnMissingBean(name = CUSTOMIZER)
	Customizer<ServerHttpSecurity> cometSecurityCustomizer(CometSettings settings,
			ObjectProvider<DispatcherHandler> dispatcher) {
		boolean foreign = !settings.allowedOrigins().isEmpty();
		CometSecurityFilter filter = new CometSecurityFilter(settings.path(),
				() -> foreign ? dispatcher.getIfUnique() : null);
		// A filter instead of a CSRF matcher: a matcher would replace the exceptions that
		// Spring Security makes by default, such as for bearer tokens.
		return (http) -> {
			http.addFilterBefore(filter, SecurityWebFiltersOrder.CSRF)
				.requestCache((cache) -> cache
					.requestCache(new CometRequestCache(new WebSessionServerRequestCache(), filter::isOurs)));
			if (settings.publish().enabled()) {
				http.addFilterBefore(publishFilter(settings.publish(), dispatcher), SecurityWebFiltersOrder.CSRF);
			}
		};
	}

	private static PublishSecurityFilter publishFilter(PublishSettings publish,
			ObjectProvider<DispatcherHandler> dispatcher) {
		boolean foreign = !publish.foreignOrigins().isEmpty();
		return new PublishSecurityFilter(publish.path(), () -> foreign ? dispatcher.getIfUnique() : null);
	}

	@Bean
	KnownSecurityFilters cometKnownFilters(CometSettings settings) {
		return new KnownSecurityFilters(settings.path());
	}

	/**
	 * Only where it is known how a request names its session, and when a log-in ends.
	 */
	@Bean
	@ConditionalOnMissingBean
	KeptLogins cometKeptLogins(CometSettings settings, ObjectProvider<LoginExpiry> expiry,
			ObjectProvider<WebSessionManager> sessions) {
		WebSessionManager manager = sessions.getIfUnique();
		LoginExpiry ends = expiry.getIfUnique();
		if (settings.loginMaxAge().isZero() || ends == null || manager == null
				|| manager.getClass() != DefaultWebSessionManager.class) {
			return KeptLogins.NONE;
		}
		WebSessionIdResolver ids = ((DefaultWebSessionManager) manager).getSessionIdResolver();
		return new SecurityLogins(settings.loginMaxAge(), ends, ids::resolveSessionIds);
	}

	/**
	 * Where Spring Security has a filter chain and none of its log-ins ends by itself. It
	 * lets the users of clients be known.
	 */
	@Bean
	@ConditionalOnBean(WebFilterChainProxy.class)
	@ConditionalOnMissingBean
	LoginExpiry cometLoginExpiry() {
		return LoginExpiry.NEVER;
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(AbstractOAuth2TokenAuthenticationToken.class)
	@ConditionalOnBean(WebFilterChainProxy.class)
	static class ResourceServerConfiguration {

		@Bean
		@ConditionalOnMissingBean(LoginExpiry.class)
		TokenExpiry cometTokenExpiry() {
			return new TokenExpiry();
		}

	}

}
