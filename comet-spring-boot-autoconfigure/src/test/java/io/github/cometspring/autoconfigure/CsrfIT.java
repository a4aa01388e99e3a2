package io.github.cometspring.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls behind Spring Security's protection against cross-site request forgery, as it is
 * by default.
 */
class CsrfIT {

	private static final String LOGIN = "Authorization: Basic "
			+ Base64.getEncoder().encodeToString("ada:password".getBytes(StandardCharsets.US_ASCII));

	private static final String LEGACY = "application/x-ocsigen-comet";

	@TestInstance(TestInstance.Lifecycle.PER_CLASS)
	abstract static class Setup {

		private final Class<?>[] configuration;

		private final String path;

		CometServer server;

		Setup(String path, Class<?>... configuration) {
			this.path = path;
			this.configuration = configuration;
		}

		@BeforeAll
		void start() {
			this.server = CometServer.start(this.configuration, "comet.path=" + this.path, "comet.timeout=10ms");
			this.server.create("a").publish("m").block();
		}

		@AfterAll
		void stop() {
			this.server.close();
		}

		int post(String path, String type, String body, String... headers) {
			try (RawConnection client = RawConnection.open(this.server.port())) {
				return client.request("POST", path, type, body, headers).read().status();
			}
		}

	}

	abstract static class Exempting extends Setup {

		Exempting(Class<?> security) {
			super("/comet", Users.class, Orders.class, security);
		}

		@Test
		void pollWithoutTokenShouldBeServed() {
			assertThat(post("/comet", LEGACY, "registration=a", LOGIN)).isEqualTo(200);
			assertThat(post("/comet", "application/json", "{\"channels\":[\"a\"]}", LOGIN)).isEqualTo(200);
		}

		@Test
		void otherRequestWithoutTokenShouldBeRefused() {
			assertThat(post("/orders", "text/plain", "1", LOGIN)).isEqualTo(403);
			assertThat(post("/orders/comet", "application/json", "1", LOGIN)).isEqualTo(403);
		}

		@Test
		void commandWithoutTokenShouldBeRefused() {
			assertThat(post("/actuator/comet/deactivate", "text/plain", "", LOGIN)).isEqualTo(403);
			assertThat(this.server.control().isActive()).isTrue();
		}

	}

	@Nested
	class DefaultChain extends Exempting {

		DefaultChain() {
			super(DefaultSecurity.class);
		}

	}

	@Nested
	class OwnChain extends Exempting {

		OwnChain() {
			super(OwnSecurity.class);
		}

	}

	@Nested
	class Everywhere extends Setup {

		Everywhere() {
			super("/**", Users.class, Orders.class, DefaultSecurity.class);
		}

		@Test
		void pollWithoutTokenShouldBeServed() {
			assertThat(post("/anything", LEGACY, "registration=a", LOGIN)).isEqualTo(200);
		}

		@Test
		void otherRequestWithoutTokenShouldBeRefused() {
			assertThat(post("/orders", "text/plain", "1", LOGIN)).isEqualTo(403);
			assertThat(post("/orders", "application/x-www-form-urlencoded", "registration=a", LOGIN)).isEqualTo(403);
		}

	}

	@Nested
	class Replaced extends Setup {

		Replaced() {
			super("/comet", Users.class, DefaultSecurity.class, NoExemption.class);
		}

		@Test
		void pollWithoutTokenShouldBeRefused() {
			assertThat(post("/comet", LEGACY, "registration=a", LOGIN)).isEqualTo(403);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Users {

		@Bean
		MapReactiveUserDetailsService users() {
			return new MapReactiveUserDetailsService(
					User.withUsername("ada").password("{noop}password").roles("USER").build());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebFluxSecurity
	static class DefaultSecurity {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebFluxSecurity
	static class OwnSecurity {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoExemption {

		@Bean
		WebFilter cometCsrfExemption() {
			return (exchange, chain) -> chain.filter(exchange);
		}

	}

	@RestController
	static class Orders {

		@PostMapping({ "/orders", "/orders/comet" })
		void order() {
			// Changes something
		}

	}

}
