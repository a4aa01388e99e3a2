package io.github.cometspring.sample;

import java.util.stream.Stream;

import io.github.cometspring.control.CometControl;
import io.github.cometspring.security.ChannelAuthorizer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.HttpStatusServerEntryPoint;
import org.springframework.security.web.server.authentication.logout.DelegatingServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.SecurityContextServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.WebSessionServerLogoutHandler;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.security.web.server.csrf.CookieServerCsrfTokenRepository;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.security.web.server.csrf.ServerCsrfTokenRequestAttributeHandler;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * A sale for registered bidders, behind Spring Security: they log in with a form, bid by
 * their own name, and each may listen to their own personal channel alone.
 */
@Configuration(proxyBeanMethods = false)
@Profile("secured")
class SecuredSale {

	private static final Log logger = LogFactory.getLog(SecuredSale.class);

	/** What the scripts of the page request: where nobody is logged in, they get 401. */
	@Bean
	@Order(0)
	SecurityWebFilterChain scripts(ServerHttpSecurity http) {
		return protect(http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/comet", "/api/**", "/actuator/**"))
			.securityContextRepository(new WebSessionServerSecurityContextRepository())
			.exceptionHandling((exceptions) -> exceptions
				.authenticationEntryPoint(new HttpStatusServerEntryPoint(HttpStatus.UNAUTHORIZED))));
	}

	/** What people open: where nobody is logged in, they get the form. */
	@Bean
	@Order(1)
	SecurityWebFilterChain pages(ServerHttpSecurity http, CometControl control) {
		return protect(http.formLogin(Customizer.withDefaults())
			.logout((logout) -> logout
				.logoutHandler(new DelegatingServerLogoutHandler(new SecurityContextServerLogoutHandler(),
						new WebSessionServerLogoutHandler(), (exchange, user) -> disconnect(control, user)))));
	}

	/**
	 * Ends what the user listens to, on all nodes, as the session is over by now. Pages
	 * of the user with other sessions come back at once.
	 */
	private static Mono<Void> disconnect(CometControl control, Authentication user) {
		return control.disconnect(user.getName())
			.doOnError((ex) -> logger.warn("Somebody who has logged out may go on listening", ex))
			.onErrorComplete();
	}

	private static SecurityWebFilterChain protect(ServerHttpSecurity http) {
		return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
			// The script of the page reads the token from the cookie.
			.csrf((csrf) -> csrf.csrfTokenRepository(CookieServerCsrfTokenRepository.withHttpOnlyFalse())
				.csrfTokenRequestHandler(new ServerCsrfTokenRequestAttributeHandler()))
			.build();
	}

	@Bean
	MapReactiveUserDetailsService bidders() {
		return new MapReactiveUserDetailsService(Stream.of("Ada", "Bea")
			.map((name) -> User.withUsername(name).password("{noop}comet").roles("BIDDER").build())
			.toList());
	}

	@Bean
	ChannelAuthorizer channelAuthorizer() {
		return (principal, channel) -> Mono.just(!channel.startsWith(Visitors.CHANNELS)
				|| (principal != null && channel.equals(Visitors.channel(principal.getName()))));
	}

	@Bean
	CsrfCookie csrfCookie() {
		return new CsrfCookie();
	}

	/**
	 * Sets the cookie with the CSRF token, which Spring Security does only when somebody
	 * asks for the token.
	 */
	static final class CsrfCookie implements WebFilter, Ordered {

		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

		@Override
		public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			Mono<CsrfToken> token = exchange.getAttributeOrDefault(CsrfToken.class.getName(), Mono.empty());
			return token.then(Mono.defer(() -> chain.filter(exchange)));
		}

	}

}
