package io.github.cometspring.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls with Spring Security's default configuration and others; all other requests stay
 * protected.
 */
class CsrfIT {

	private static final String LOGIN = Users.login("user");

	private static final String LEGACY = "application/x-ocsigen-comet";

	private static final String[] USER = { "spring.security.user.name=user", "spring.security.user.password=password" };

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@ParameterizedTest
	@ValueSource(strings = { "", "/app" })
	void pollWhenChainIsDefaultShouldNeedLogInOnly(String base) {
		try (CometServer server = CometServer.startSecured(USER[0], USER[1], "spring.webflux.base-path=" + base)) {
			assertPollsAreServed(server, base + "/comet");
			assertThat(post(server, base + "/comet", LEGACY, "registration=x").status()).isEqualTo(401);
			assertThat(post(server, base + "/comet/x", LEGACY, "registration=x", LOGIN).status()).isEqualTo(403);
			assertThat(post(server, base + "/other", LEGACY, "registration=x", LOGIN).status()).isEqualTo(403);
			assertThat(post(server, base + "/actuator/comet/deactivate", null, "", LOGIN).status()).isEqualTo(403);
			assertThat(server.control().isActive()).isTrue();
		}
	}

	/**
	 * The command as the documentation prints it.
	 */
	@Test
	void commandWhenChainIsDefaultShouldPassWithToken() {
		try (CometServer server = CometServer.startSecured(USER);
				RawConnection client = RawConnection.open(server.port())) {
			Answer page = client.request("GET", "/login", null, "").read();
			Matcher token = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]*)\"").matcher(page.body());
			assertThat(token.find()).isTrue();
			String cookie = page.header("Set-Cookie").replaceFirst(";.*", "");
			Answer answer = post(server, "/actuator/comet/deactivate", null, "", LOGIN, "Cookie: " + cookie,
					"X-CSRF-TOKEN: " + token.group(1));
			assertThat(answer.status()).isEqualTo(200);
			assertThat(server.control().isActive()).isFalse();
		}
	}

	/**
	 * The filter chain for commands as the documentation prints it.
	 */
	@Test
	void commandWhenItHasItsOwnChainShouldNeedLogInOnly() {
		try (CometServer server = start(OwnChain.class, Operators.class)) {
			assertThat(post(server, "/actuator/comet/deactivate", null, "").status()).isEqualTo(401);
			assertThat(post(server, "/actuator/comet/deactivate", null, "", LOGIN, "Via: 1.1 proxy").status())
				.isEqualTo(403);
			assertThat(server.control().isActive()).isTrue();
			assertThat(post(server, "/actuator/comet/deactivate", null, "", LOGIN).status()).isEqualTo(200);
			assertThat(server.control().isActive()).isFalse();
			assertThat(post(server, "/orders", null, "", LOGIN).status()).isEqualTo(403);
		}
	}

	@Test
	void pollWhenChainIsTheApplicationsShouldNeedLogInOnly() {
		try (CometServer server = start(OwnChain.class)) {
			assertPollsAreServed(server, "/comet");
			assertThat(post(server, "/orders", null, "", LOGIN).status()).isEqualTo(403);
		}
	}

	@Test
	void pollWhenCsrfIsSwitchedOffShouldLeaveItOff() {
		try (CometServer server = start(NoCsrf.class)) {
			assertPollsAreServed(server, "/comet");
			assertThat(post(server, "/orders", null, "", LOGIN).status()).isEqualTo(200);
		}
	}

	@Test
	void pollWhenApplicationSetsMatcherShouldObeyIt() {
		try (CometServer server = start(OwnMatcher.class)) {
			assertPollsAreServed(server, "/comet");
			assertThat(post(server, "/orders", null, "", LOGIN).status()).isEqualTo(403);
			assertThat(post(server, "/hook", null, "", LOGIN).status()).isEqualTo(200);
		}
	}

	/**
	 * Spring Security demands no CSRF token of a request with a bearer token, unless
	 * there is a CSRF matcher.
	 */
	@Test
	void requestWhenItHasBearerTokenShouldNeedNoCsrfToken() {
		try (CometServer server = start(BearerTokens.class)) {
			String bearer = "Authorization: Bearer good";
			assertThat(post(server, "/orders", null, "", bearer).status()).isEqualTo(200);
			assertThat(post(server, "/comet", LEGACY, "registration=x", bearer).status()).isEqualTo(200);
			assertThat(post(server, "/comet", LEGACY, "registration=x").status()).isEqualTo(401);
			assertThat(post(server, "/orders", null, "").status()).isEqualTo(403);
		}
	}

	@Test
	void pollWhenApplicationReplacesBeanShouldBeProtected() {
		try (CometServer server = start(OwnChain.class, Replaced.class)) {
			assertThat(post(server, "/comet", LEGACY, "registration=x", LOGIN).status()).isEqualTo(403);
		}
	}

	@Test
	void pollWhenPathIsEverywhereShouldBeServedAndNothingElse() {
		try (CometServer server = CometServer.start(new Class<?>[] { Users.class, OwnChain.class }, "comet.path=/**")) {
			assertThat(post(server, "/any/where", LEGACY, "registration=x", LOGIN).status()).isEqualTo(200);
			assertThat(post(server, "/orders", "application/json", "{}", LOGIN).status()).isEqualTo(403);
			assertThat(
					post(server, "/any/where", "application/x-www-form-urlencoded", "registration=x", LOGIN).status())
				.isEqualTo(403);
		}
	}

	@Test
	void preflightWhenOriginIsAllowedShouldNeedNoLogIn() {
		try (CometServer server = CometServer.start(new Class<?>[] { Users.class, OwnChain.class },
				"comet.allowed-origins=https://friend.example", "comet.allowed-credentials=true")) {
			Answer answer = preflight(server, "https://friend.example");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
			assertThat(answer.header("Access-Control-Allow-Headers")).isEqualToIgnoringCase("authorization");
			assertThat(preflight(server, "https://stranger.example").status()).isEqualTo(403);
		}
	}

	private static Answer preflight(CometServer server, String origin) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client
				.request("OPTIONS", "/comet", null, "", "Origin: " + origin, "Access-Control-Request-Method: POST",
						"Access-Control-Request-Headers: authorization")
				.read();
		}
	}

	private static void assertPollsAreServed(CometServer server, String path) {
		assertThat(post(server, path, LEGACY, "registration=x", LOGIN).body()).isEqualTo("x:ENDED_CHANNEL");
		Answer json = post(server, path, "application/json", "{\"channels\":[\"x\"]}", LOGIN);
		assertThat(json.status()).isEqualTo(200);
	}

	private static CometServer start(Class<?>... security) {
		Class<?>[] configuration = new Class<?>[security.length + 2];
		System.arraycopy(security, 0, configuration, 2, security.length);
		configuration[0] = Users.class;
		configuration[1] = Orders.class;
		return CometServer.start(configuration);
	}

	private static Answer post(CometServer server, String path, String contentType, String body, String... headers) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.request("POST", path, contentType, body, headers).read();
		}
	}

	@RestController
	static class Orders {

		@PostMapping({ "/orders", "/hook" })
		String order() {
			return "ordered";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnChain {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Operators {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		SecurityWebFilterChain operators(ServerHttpSecurity http) {
			return http.securityMatcher(EndpointRequest.to("comet"))
				.authorizeExchange((exchanges) -> exchanges.anyExchange().hasRole("USER"))
				.httpBasic(Customizer.withDefaults())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoCsrf {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.httpBasic(Customizer.withDefaults()).csrf(ServerHttpSecurity.CsrfSpec::disable).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMatcher {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.httpBasic(Customizer.withDefaults())
				.csrf((csrf) -> csrf
					.requireCsrfProtectionMatcher(ServerWebExchangeMatchers.pathMatchers("/orders", "/comet")))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BearerTokens {

		@Bean
		ReactiveJwtDecoder decoder() {
			return (token) -> token.equals("good")
					? Mono.just(Jwt.withTokenValue(token).header("alg", "none").subject("user").build())
					: Mono.error(new BadJwtException("bad"));
		}

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Replaced {

		@Bean
		Customizer<ServerHttpSecurity> cometSecurityCustomizer() {
			return Customizer.withDefaults();
		}

	}

}
