package io.github.cometspring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import reactor.util.context.Context;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.MatcherSecurityWebFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.web.server.WebFilter;

/**
 * Knows the filters of Spring Security, as long as the application has put none of its
 * own between them.
 */
final class KnownSecurityFilters implements KnownFilters {

	private static final String SECURITY = "org.springframework.security.";

	/**
	 * The bean of Spring Security's own filter.
	 */
	private static final String FILTER = SECURITY
			+ "config.annotation.web.reactive.WebFluxSecurityConfiguration.WebFilterChainFilter";

	/**
	 * The names of classes: a subclass may do more. The tests prove that these do nothing
	 * more.
	 */
	private static final Set<String> NAMES = Set.of(CometSecurityFilter.class.getName(),
			PublishSecurityFilter.class.getName(), "org.springframework.web.cors.reactive.CorsWebFilter",
			SECURITY + "config.web.server.ServerHttpSecurity$ServerWebExchangeReactorContextWebFilter",
			SECURITY + "web.server.authentication.AnonymousAuthenticationWebFilter",
			SECURITY + "web.server.authentication.AuthenticationWebFilter",
			SECURITY + "web.server.authentication.logout.LogoutWebFilter",
			SECURITY + "web.server.authorization.AuthorizationWebFilter",
			SECURITY + "web.server.authorization.ExceptionTranslationWebFilter",
			SECURITY + "web.server.context.ReactorContextWebFilter",
			SECURITY + "web.server.context.SecurityContextServerWebExchangeWebFilter",
			SECURITY + "web.server.csrf.CsrfWebFilter", SECURITY + "web.server.header.HttpHeaderWriterWebFilter",
			SECURITY + "web.server.savedrequest.ServerRequestCacheWebFilter",
			SECURITY + "web.server.transport.HttpsRedirectWebFilter",
			SECURITY + "web.server.ui.DefaultResourcesWebFilter",
			SECURITY + "web.server.ui.LoginPageGeneratingWebFilter",
			SECURITY + "web.server.ui.LogoutPageGeneratingWebFilter");

	private final ApplicationContext context;

	/**
	 * Creates the knowledge of the filters of an application.
	 * @param context its context
	 */
	KnownSecurityFilters(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public boolean isKnown(WebFilter filter) {
		return filter.getClass() == WebFilterChainProxy.class && areAllKnown();
	}

	private boolean areAllKnown() {
		List<SecurityWebFilterChain> chains = new ArrayList<>(
				BeanFactoryUtils.beansOfTypeIncludingAncestors(this.context, SecurityWebFilterChain.class).values());
		return chains.isEmpty() ? isDefaultChain() : chains.stream().allMatch(KnownSecurityFilters::isKnownChain);
	}

	/**
	 * Whether the chain that Spring Security makes by itself has no filters but its own.
	 */
	private boolean isDefaultChain() {
		String[] filters = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.context, WebFilterChainProxy.class);
		if (!List.of(FILTER).equals(List.of(filters))) {
			return false;
		}
		ResolvableType customizers = ResolvableType.forClassWithGenerics(Customizer.class, ServerHttpSecurity.class);
		return List.of(CometSecurityAutoConfiguration.CUSTOMIZER)
			.containsAll(List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.context, customizers)));
	}

	private static boolean isKnownChain(SecurityWebFilterChain chain) {
		// Its filters are there at once.
		if (chain.getClass() != MatcherSecurityWebFilterChain.class) {
			return false;
		}
		List<String> unknown = new ArrayList<>();
		chain.getWebFilters()
			.map((filter) -> filter.getClass().getName())
			.filter((name) -> !NAMES.contains(name))
			.subscribe(unknown::add, (ex) -> unknown.add("?"), null, Context.empty());
		return unknown.isEmpty();
	}

}
