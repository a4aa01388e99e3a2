package io.github.cometspring.autoconfigure;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.security.authentication.ott.reactive.InMemoryReactiveOneTimeTokenService;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.session.InMemoryReactiveSessionRegistry;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.security.web.server.WebFilterChainProxy.WebFilterChainDecorator;
import org.springframework.security.web.server.authentication.SessionLimit;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests in which applications clients let go of their exchange when they begin to wait.
 */
@SetsFastPath
class DetachableApplicationTests {

	@ParameterizedTest
	@ValueSource(classes = { OwnCustomizer.class, OwnDecorator.class, OwnProxy.class, PassingFilter.class })
	void clientsShouldHoldTheirExchangesWhereTheApplicationHasAFilter(Class<?> application) {
		assertThat(isDetachable(Users.class, application)).isFalse();
	}

	@Test
	void clientsShouldLetGoOfTheirExchangesBehindTheDefaultChain() {
		assertThat(isDetachable(Users.class)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(classes = { Provider.class, ManyWays.class })
	void clientsShouldLetGoOfTheirExchangesBehindKnownFilters(Class<?> application) {
		assertThat(isDetachable(Users.class, application)).isTrue();
	}

	@Test
	void startShouldSayThatClientsLetGoOfTheirExchanges() {
		try (CometServer server = CometServer.start(new Class<?>[] { Users.class }, "comet.fast-path=true")) {
			assertThat(server.bean(CometStartLog.class).describe()).contains("answers take the default path because of "
					+ "the bean 'org.springframework.security.config.annotation.web.reactive."
					+ "WebFluxSecurityConfiguration.WebFilterChainFilter'; clients that wait let go of their exchange;");
		}
	}

	private static boolean isDetachable(Class<?>... application) {
		try (CometServer server = CometServer.start(application, "comet.fast-path=true")) {
			return server.bean(FastPathEligibility.class).isDetachable();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCustomizer {

		@Bean
		Customizer<ServerHttpSecurity> ownCustomizer() {
			return (http) -> http.addFilterAt((exchange, chain) -> chain.filter(exchange),
					SecurityWebFiltersOrder.LAST);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDecorator {

		@Bean
		@Primary
		ObjectPostProcessor<WebFilterChainDecorator> ownDecorator() {
			return new ObjectPostProcessor<>() {

				@Override
				@SuppressWarnings("unchecked")
				public <O extends WebFilterChainDecorator> O postProcess(O decorator) {
					WebFilterChainDecorator own = (original, filters) -> decorator.decorate(original, filters);
					return (O) own;
				}

			};
		}

	}

	/**
	 * A second filter of Spring Security, whose chain is no bean.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnProxy {

		@Bean
		SecurityWebFilterChain usualChain(ServerHttpSecurity http) {
			return http.httpBasic(Customizer.withDefaults()).build();
		}

		@Bean
		WebFilterChainProxy ownProxy() {
			WebFilter own = (exchange, chain) -> chain.filter(exchange);
			return new WebFilterChainProxy(
					ServerHttpSecurity.http().addFilterAt(own, SecurityWebFiltersOrder.LAST).build());
		}

	}

	/**
	 * The default chain of an application whose users log in elsewhere.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Provider {

		@Bean
		ReactiveClientRegistrationRepository providers() {
			return SecurityLogin.providers();
		}

	}

	/**
	 * Handlers of the application for its log-in page, and limits of sessions.
	 */
	@Configuration(proxyBeanMethods = false)
	static class ManyWays {

		@Bean
		SecurityWebFilterChain manyWays(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.formLogin((form) -> form.authenticationSuccessHandler(
						(exchange, user) -> exchange.getChain().filter(exchange.getExchange())))
				.oneTimeTokenLogin((login) -> login.tokenService(new InMemoryReactiveOneTimeTokenService())
					.tokenGenerationSuccessHandler((exchange, token) -> Mono.empty()))
				.sessionManagement((management) -> management
					.concurrentSessions((sessions) -> sessions.sessionRegistry(new InMemoryReactiveSessionRegistry())
						.maximumSessions(SessionLimit.of(1))))
				.passwordManagement(Customizer.withDefaults())
				.build();
		}

	}

}
