package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.session.InMemoryReactiveSessionRegistry;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.RegisterSessionServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.authentication.ServerAuthenticationFailureHandler;
import org.springframework.security.web.server.authentication.ServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.authentication.SwitchUserWebFilter;
import org.springframework.security.web.server.authentication.WebFilterChainServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.cors.CorsConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that handlers of the application in the filters of Spring Security are known only
 * if they cannot do anything when Comet's handler is done. Runs on the oldest version as
 * well.
 */
class KnownSecurityHandlersTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final ServerAuthenticationSuccessHandler OWN = (exchange, authentication) -> exchange.getChain()
		.filter(exchange.getExchange());

	private static final ServerAuthenticationFailureHandler OWN_FAILURE = (exchange, failure) -> exchange.getChain()
		.filter(exchange.getExchange());

	private static final ServerWebExchangeMatcher ANY = ServerWebExchangeMatchers.anyExchange();

	static Stream<Arguments> handlersOnThePathOfComet() {
		return Stream.of(with("Basic", (http) -> http.httpBasic((basic) -> basic.authenticationSuccessHandler(OWN))),
				with("failure of Basic",
						(http) -> http.httpBasic((basic) -> basic.authenticationFailureHandler(OWN_FAILURE))),
				with("failure of JWT",
						(http) -> http.oauth2ResourceServer(
								(server) -> server.jwt((jwt) -> jwt.jwtDecoder((token) -> Mono.never()))
									.authenticationFailureHandler(OWN_FAILURE))),
				with("form",
						(http) -> http.formLogin(
								(form) -> form.requiresAuthenticationMatcher(ANY).authenticationSuccessHandler(OWN))),
				with("form on a pattern",
						(http) -> http.formLogin((form) -> form
							.requiresAuthenticationMatcher(ServerWebExchangeMatchers.pathMatchers("/login", "/{any}"))
							.authenticationSuccessHandler(OWN))),
				with("log-out",
						(http) -> http.logout((logout) -> logout.requiresLogout(ANY)
							.logoutHandler((exchange, authentication) -> Mono.empty()))),
				with("success of log-out",
						(http) -> http.logout((logout) -> logout.requiresLogout(ANY)
							.logoutSuccessHandler((exchange, authentication) -> Mono.empty()))),
				with("change of users", (http) -> http.addFilterAt(switchUser(), SecurityWebFiltersOrder.LAST)),
				with("several, one of them unknown",
						(http) -> http.httpBasic((basic) -> basic.authenticationSuccessHandler((handlers) -> handlers
							.addAll(List.of(OWN, new WebFilterChainServerAuthenticationSuccessHandler()))))),
				with("known ones in another order",
						(http) -> http.httpBasic((basic) -> basic.authenticationSuccessHandler((handlers) -> handlers
							.addAll(List.of(new WebFilterChainServerAuthenticationSuccessHandler(), registration()))))),
				with("a subclass", (http) -> http.addFilterAt(subclass(), SecurityWebFiltersOrder.AUTHENTICATION)));
	}

	private static AuthenticationWebFilter subclass() {
		ReactiveAuthenticationManager manager = (token) -> Mono.just(token);
		return new AuthenticationWebFilter(manager) {
		};
	}

	private static SwitchUserWebFilter switchUser() {
		SwitchUserWebFilter filter = new SwitchUserWebFilter(SecurityLogin.users(), OWN, null);
		filter.setSwitchUserMatcher(ANY);
		return filter;
	}

	private static RegisterSessionServerAuthenticationSuccessHandler registration() {
		return new RegisterSessionServerAuthenticationSuccessHandler(new InMemoryReactiveSessionRegistry());
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("handlersOnThePathOfComet")
	void handlerThatGetsTheRestOfTheChainShouldNotBeKnown(String name, Supplier<SecurityWebFilterChain> chain) {
		assertThat(isKnown(chain.get())).isFalse();
	}

	static Stream<Arguments> handlersElsewhere() {
		return Stream.of(
				with("form", (http) -> http.formLogin(
						(form) -> form.authenticationSuccessHandler(OWN).authenticationFailureHandler(OWN_FAILURE))),
				with("log-out",
						(http) -> http
							.logout((logout) -> logout.logoutHandler((exchange, authentication) -> Mono.empty())
								.logoutSuccessHandler((exchange, authentication) -> Mono.empty()))),
				with("change of users",
						(http) -> http.addFilterAt(new SwitchUserWebFilter(SecurityLogin.users(), OWN, OWN_FAILURE),
								SecurityWebFiltersOrder.LAST)),
				with("several, in their order", (http) -> http
					.httpBasic((basic) -> basic.authenticationSuccessHandler((handlers) -> handlers
						.addAll(List.of(registration(), new WebFilterChainServerAuthenticationSuccessHandler()))))));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("handlersElsewhere")
	void handlerThatNeverSeesCometShouldNotMatter(String name, Supplier<SecurityWebFilterChain> chain) {
		assertThat(isKnown(chain.get())).isTrue();
	}

	@Test
	void whatGetsTheExchangeAloneShouldBeKnownAndDoneBeforeTheHandler() {
		List<String> events = new ArrayList<>();
		SecurityWebFilterChain chain = plugIns(events);
		assertThat(isKnown(chain)).isTrue();
		new WebFilterChainProxy(chain)
			.filter(SecurityLogin.BASIC.exchange(),
					(exchange) -> exchange.getResponse().setComplete().doOnSuccess((none) -> events.add("handler")))
			.block(PATIENCE);
		assertThat(events)
			.contains("chain matcher", "CORS", "CSRF matcher", "converter", "authentication manager",
					"authorization manager", "headers")
			.endsWith("headers", "handler");
	}

	private static SecurityWebFilterChain plugIns(List<String> events) {
		return ServerHttpSecurity.http()
			.securityMatcher((exchange) -> after(events, "chain matcher", ServerWebExchangeMatcher.MatchResult.match()))
			.cors((cors) -> cors.configurationSource((exchange) -> {
				events.add("CORS");
				return new CorsConfiguration();
			}))
			.csrf((csrf) -> csrf
				.requireCsrfProtectionMatcher(
						(exchange) -> after(events, "CSRF matcher", ServerWebExchangeMatcher.MatchResult.notMatch()))
				.accessDeniedHandler((exchange, denied) -> Mono.error(denied)))
			.x509((x509) -> x509
				.serverAuthenticationConverter(
						(exchange) -> after(events, "converter", Mono.just(SecurityLogin.authenticated())))
				.authenticationManager((token) -> after(events, "authentication manager", Mono.just(token))))
			.exceptionHandling(
					(handling) -> handling.authenticationEntryPoint((exchange, failure) -> Mono.error(failure))
						.accessDeniedHandler((exchange, denied) -> Mono.error(denied)))
			.authorizeExchange((exchanges) -> exchanges.anyExchange()
				.access((authentication, context) -> after(events, "authorization manager",
						authentication.map((user) -> new AuthorizationDecision(user.isAuthenticated())))))
			.headers((headers) -> headers.writer((exchange) -> Mono.fromRunnable(() -> events.add("headers"))))
			.build();
	}

	private static <T> Mono<T> after(List<String> events, String name, Mono<T> result) {
		return result.doOnTerminate(() -> events.add(name));
	}

	@Test
	void fieldsThatCannotBeReadShouldHoldNothing() {
		assertThat(FieldValues.of("x", Object.class)).isEmpty();
	}

	private static Arguments with(String name, Consumer<ServerHttpSecurity> configuration) {
		Supplier<SecurityWebFilterChain> chain = () -> {
			ServerHttpSecurity http = ServerHttpSecurity.http()
				.authenticationManager((token) -> Mono.just(token))
				.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated());
			configuration.accept(http);
			return http.build();
		};
		return Arguments.of(name, chain);
	}

	private static boolean isKnown(SecurityWebFilterChain chain) {
		return new KnownSecurityFilters("/comet").isKnown(new WebFilterChainProxy(chain));
	}

}
