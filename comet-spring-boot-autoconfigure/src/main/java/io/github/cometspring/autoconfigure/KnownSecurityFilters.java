package io.github.cometspring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import reactor.util.context.Context;

import org.springframework.security.web.server.MatcherSecurityWebFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.security.web.server.WebFilterChainProxy.WebFilterChainDecorator;
import org.springframework.web.server.WebFilter;

/**
 * Knows the filters of Spring Security, as long as the application has put none of its
 * own between them, and into them no handler that could do something when Comet's is
 * done.
 */
final class KnownSecurityFilters implements KnownFilters {

	/**
	 * The package of Spring Security, with a dot.
	 */
	static final String SECURITY = "org.springframework.security.";

	/**
	 * The classes whose fields are read, besides those of the filters with handlers.
	 */
	static final Set<String> READ = Set.of(SECURITY + "web.server.WebFilterChainProxy",
			SECURITY + "web.server.MatcherSecurityWebFilterChain",
			SECURITY + "web.server.authentication.DelegatingServerAuthenticationSuccessHandler",
			SECURITY + "web.server.authentication.logout.DelegatingServerLogoutHandler",
			SECURITY + "web.server.util.matcher.OrServerWebExchangeMatcher",
			SECURITY + "web.server.util.matcher.PathPatternParserServerWebExchangeMatcher");

	/**
	 * Filters that give the rest of the chain to handlers, which the application may have
	 * set. By name, as a subclass may do more.
	 */
	static final Set<String> WITH_HANDLERS = Set.of(
			SECURITY + "config.web.server.ServerHttpSecurity"
					+ "$OAuth2LoginSpec$OidcSessionRegistryAuthenticationWebFilter",
			SECURITY + "oauth2.client.web.server.authentication.OAuth2LoginAuthenticationWebFilter",
			SECURITY + "web.server.authentication.AuthenticationWebFilter",
			SECURITY + "web.server.authentication.SwitchUserWebFilter",
			SECURITY + "web.server.authentication.logout.LogoutWebFilter");

	/**
	 * Filters that give the rest of the chain to nobody. The tests prove that, and that
	 * these and the others do nothing more.
	 */
	static final Set<String> WITHOUT_HANDLERS = Set.of(CometSecurityFilter.class.getName(),
			PublishSecurityFilter.class.getName(), "org.springframework.web.cors.reactive.CorsWebFilter",
			SECURITY + "config.web.server.OidcBackChannelLogoutWebFilter",
			SECURITY + "config.web.server.ServerHttpSecurity$OAuth2LoginSpec$OidcSessionRegistryWebFilter",
			SECURITY + "config.web.server.ServerHttpSecurity$ServerWebExchangeReactorContextWebFilter",
			SECURITY + "config.web.server.ServerHttpSecurity$SessionManagementSpec$SessionRegistryWebFilter",
			SECURITY + "oauth2.client.web.server.OAuth2AuthorizationCodeGrantWebFilter",
			SECURITY + "oauth2.client.web.server.OAuth2AuthorizationRequestRedirectWebFilter",
			SECURITY + "web.server.ExchangeMatcherRedirectWebFilter",
			SECURITY + "web.server.authentication.AnonymousAuthenticationWebFilter",
			SECURITY + "web.server.authentication.ott.GenerateOneTimeTokenWebFilter",
			SECURITY + "web.server.authorization.AuthorizationWebFilter",
			SECURITY + "web.server.authorization.ExceptionTranslationWebFilter",
			SECURITY + "web.server.context.ReactorContextWebFilter",
			SECURITY + "web.server.context.SecurityContextServerWebExchangeWebFilter",
			SECURITY + "web.server.csrf.CsrfWebFilter", SECURITY + "web.server.header.HttpHeaderWriterWebFilter",
			SECURITY + "web.server.savedrequest.ServerRequestCacheWebFilter",
			SECURITY + "web.server.transport.HttpsRedirectWebFilter",
			SECURITY + "web.server.ui.DefaultResourcesWebFilter",
			SECURITY + "web.server.ui.LoginPageGeneratingWebFilter",
			SECURITY + "web.server.ui.LogoutPageGeneratingWebFilter",
			SECURITY + "web.server.ui.OneTimeTokenSubmitPageGeneratingWebFilter");

	/**
	 * What puts the filters of a chain together. One of the application may add to them.
	 */
	private static final Set<String> DECORATORS = Set.of(SECURITY + "web.server.ObservationWebFilterChainDecorator",
			SECURITY + "web.server.WebFilterChainProxy$DefaultWebFilterChainDecorator");

	private final KnownSecurityHandlers handlers;

	/**
	 * Creates the knowledge of the filters of an application.
	 * @param path the literal path of Comet within the application
	 */
	KnownSecurityFilters(String path) {
		this.handlers = new KnownSecurityHandlers(path);
	}

	@Override
	public boolean isKnown(WebFilter filter) {
		if (filter.getClass() != WebFilterChainProxy.class) {
			return false;
		}
		List<SecurityWebFilterChain> chains = FieldValues.of(filter, SecurityWebFilterChain.class);
		List<WebFilterChainDecorator> decorators = FieldValues.of(filter, WebFilterChainDecorator.class);
		return !chains.isEmpty() && chains.stream().allMatch(this::isKnownChain) && !decorators.isEmpty()
				&& decorators.stream().allMatch((decorator) -> DECORATORS.contains(decorator.getClass().getName()));
	}

	private boolean isKnownChain(SecurityWebFilterChain chain) {
		// Its filters are there at once.
		return chain.getClass() == MatcherSecurityWebFilterChain.class
				&& (this.handlers.isElsewhere(chain) || areKnown(chain));
	}

	private boolean areKnown(SecurityWebFilterChain chain) {
		List<WebFilter> unknown = new ArrayList<>();
		List<Throwable> failures = new ArrayList<>();
		chain.getWebFilters()
			.filter((filter) -> !isKnownInChain(filter))
			.subscribe(unknown::add, failures::add, null, Context.empty());
		return unknown.isEmpty() && failures.isEmpty();
	}

	private boolean isKnownInChain(WebFilter filter) {
		String name = filter.getClass().getName();
		return WITHOUT_HANDLERS.contains(name) || (WITH_HANDLERS.contains(name) && this.handlers.areKnown(filter));
	}

}
