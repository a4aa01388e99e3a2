package io.github.cometspring.actuate;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OptionalLogin;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The guard of the default exposure together with Spring Security. Forwarded requests
 * simulate remote ones.
 */
class GuardWithSecurityIT {

	private static final String COMMAND = "/actuator/comet/deactivate";

	private static final String REMOTE = "X-Forwarded-For: 192.0.2.1";

	private static final String LOGIN = Users.login("user");

	@TestInstance(TestInstance.Lifecycle.PER_CLASS)
	abstract static class Setup {

		private final Class<?> security;

		CometServer server;

		Operator operator;

		Setup(Class<?> security) {
			this.security = security;
		}

		@BeforeAll
		void start() {
			this.server = CometServer.start(new Class<?>[] { Users.class, this.security });
			this.operator = Operator.of(this.server.port());
		}

		@BeforeEach
		void activate() {
			this.server.control().activate().block();
		}

		@AfterAll
		void stop() {
			this.server.close();
		}

		@Test
		void requestWhenRemoteUserIsLoggedInShouldBeRefused() {
			assertThat(this.operator.post(COMMAND, "Host: example.org", REMOTE, LOGIN).status()).isEqualTo(403);
			assertThat(this.operator.post(COMMAND, this.operator.host(), REMOTE, LOGIN).status()).isEqualTo(403);
			assertThat(this.server.control().isActive()).isTrue();
		}

		@Test
		void requestWhenLocalUserIsLoggedInShouldPass() {
			assertThat(this.operator.post(COMMAND, this.operator.host(), LOGIN).status()).isEqualTo(200);
			assertThat(this.server.control().isActive()).isFalse();
		}

		@Test
		void requestWhenPasswordIsWrongShouldBeRefused() {
			Answer answer = this.operator.post(COMMAND, this.operator.host(), "Authorization: Basic dXNlcjp4");
			assertThat(answer.status()).isEqualTo(401);
			assertThat(this.server.control().isActive()).isTrue();
		}

	}

	@Nested
	class Demanding extends Setup {

		Demanding() {
			super(DemandingSecurity.class);
		}

		@Test
		void requestWhenLocalAndAnonymousShouldBeRefused() {
			assertThat(this.operator.post(COMMAND).status()).isEqualTo(401);
			assertThat(this.server.control().isActive()).isTrue();
		}

		@Test
		void requestWhenRemoteAndAnonymousShouldBeRefused() {
			assertThat(this.operator.post(COMMAND, this.operator.host(), REMOTE).status()).isEqualTo(401);
			assertThat(this.server.control().isActive()).isTrue();
		}

	}

	abstract static class Lenient extends Setup {

		Lenient(Class<?> security) {
			super(security);
		}

		@Test
		void requestWhenLocalAndAnonymousShouldPass() {
			assertThat(this.operator.post(COMMAND).status()).isEqualTo(200);
			assertThat(this.server.control().isActive()).isFalse();
		}

		@Test
		void requestWhenRemoteAndAnonymousShouldBeRefused() {
			Answer answer = this.operator.post(COMMAND, this.operator.host(), REMOTE);
			assertThat(answer.status()).isEqualTo(403);
			assertThat(answer.body()).contains("management.endpoints.web.exposure.include");
			assertThat(this.server.control().isActive()).isTrue();
		}

	}

	@Nested
	class Permitting extends Lenient {

		Permitting() {
			super(OptionalLogin.class);
		}

	}

	@Nested
	class PermittingNamedAnonymous extends Lenient {

		PermittingNamedAnonymous() {
			super(AnonymousSecurity.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DemandingSecurity {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AnonymousSecurity {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.anonymous(Customizer.withDefaults())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.build();
		}

	}

}
