package io.github.cometspring.netty;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.security.PublishAuthorizer;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.Users;
import io.github.cometspring.web.AllowedOrigins;
import io.github.cometspring.web.PublishHandlerMapping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.csrf.CookieServerCsrfTokenRepository;
import org.springframework.security.web.server.csrf.ServerCsrfTokenRequestAttributeHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Publication over HTTP at servers that are configured in different ways.
 */
class PublishServersIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String SECRET = "0123456789abcdef0123456789abcdef";

	private static final String KEY = "Authorization: Bearer " + SECRET;

	private static final String PATH = "/comet/publish";

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void channelShouldBeCreatedIfThePropertySaysSo(boolean fastPath) {
		try (CometServer server = CometServer.start("comet.fast-path=" + fastPath, "comet.publish.enabled=true",
				"comet.publish.keys=" + SECRET, "comet.publish.create-channels=true", "comet.max-virtual-channels=1",
				"comet.path=/push"); RawConnection client = RawConnection.open(server.port())) {
			String path = "/push/publish?channel=";
			assertThat(client.request("POST", path + "new", null, "m", KEY).read().status()).isEqualTo(200);
			assertThat(client.request("POST", path + "new", null, "m", KEY).read().body()).contains("\"offset\":2");
			Answer tooMany = client.request("POST", path + "another", null, "m", KEY).read();
			assertThat(tooMany.status()).isEqualTo(503);
			assertThat(tooMany.header("Retry-After")).isNotNull();
			assertThat(client.request("POST", path + "b%C3%A4d%20name", null, "m", KEY).read().status()).isEqualTo(400);
		}
	}

	@Test
	void requestWithSameKeyOnAnotherNodeShouldPublishOnce() {
		try (CometServer server = CometServer.startTwoNodes("comet.publish.enabled=true",
				"comet.publish.keys=" + SECRET); RawConnection client = RawConnection.open(server.port())) {
			server.create("a");
			String path = PATH + "?channel=a";
			// Each request goes to the other node.
			for (int i = 0; i < 4; i++) {
				Answer answer = client.request("POST", path, null, "m", KEY, "Idempotency-Key: k").read();
				assertThat(answer.body()).contains("\"offset\":1,");
				assertThat(answer.body().contains("\"repeated\":true")).isEqualTo(i > 0);
			}
			assertThat(client.request("POST", path, null, "m", KEY).read().body()).contains("\"offset\":2,");
		}
	}

	@Test
	void ownHandlerMappingShouldSeeAllPublications() {
		try (CometServer server = CometServer.start(new Class<?>[] { OwnMapping.class }, "comet.fast-path=true",
				"comet.publish.enabled=true", "comet.publish.keys=" + SECRET);
				RawConnection client = RawConnection.open(server.port())) {
			server.create("a");
			for (int i = 0; i < 2; i++) {
				assertThat(client.request("POST", PATH + "?channel=a", null, "m", KEY).read().status()).isEqualTo(402);
			}
		}
	}

	// CSRF protection looks for its token in a form.
	@Test
	void formBehindCsrfProtectionShouldBeToldToUseAnotherType() {
		try (CometServer secured = CometServer.start(new Class<?>[] { WithCsrf.class, Anybody.class },
				"comet.publish.enabled=true"); RawConnection client = RawConnection.open(secured.port())) {
			secured.create("a");
			String path = PATH + "?channel=a";
			String session = "Cookie: XSRF-TOKEN=t";
			String token = "X-XSRF-TOKEN: t";
			String form = "application/x-www-form-urlencoded";
			String[] headers = { Users.login("ada"), session, token };
			Answer refused = client.request("POST", path, form, "Hello", headers).read();
			assertThat(refused.status()).isEqualTo(415);
			assertThat(refused.body()).contains("Content-Type");
			assertThat(client.request("POST", path, "text/plain", "Hello", headers).read().status()).isEqualTo(200);
		}
	}

	@Test
	void keyBehindSecurityShouldNeedNoCsrfToken() {
		try (CometServer secured = CometServer.start(new Class<?>[] { WithCsrf.class }, "comet.publish.enabled=true",
				"comet.publish.keys=" + SECRET); RawConnection client = RawConnection.open(secured.port())) {
			secured.create("a").publish("m").block(PATIENCE);
			String path = "/comet/publish?channel=a";
			assertThat(client.request("POST", path, null, "m", "X-API-Key: " + SECRET).read().status()).isEqualTo(200);
			assertThat(client.request("POST", path, null, "m", "Authorization: Bearer " + SECRET).read().status())
				.isEqualTo(200);
			assertThat(client.request("POST", path, null, "m", Users.login("ada")).read().status()).isEqualTo(403);
			assertThat(client.request("POST", path, null, "m").read().status()).isEqualTo(403);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMapping {

		@Bean
		PublishHandlerMapping ownPublishMapping() {
			return new PublishHandlerMapping(PATH, (exchange) -> {
				exchange.getResponse().setStatusCode(HttpStatus.PAYMENT_REQUIRED);
				return exchange.getResponse().setComplete();
			}, new AllowedOrigins(List.of(), false));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Anybody {

		@Bean
		PublishAuthorizer publishAuthorizer() {
			return (principal, channel) -> Mono.just(true);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Users.class)
	static class WithCsrf {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange(
					(exchanges) -> exchanges.pathMatchers("/comet/publish").permitAll().anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.csrf((csrf) -> csrf.csrfTokenRepository(CookieServerCsrfTokenRepository.withHttpOnlyFalse())
					.csrfTokenRequestHandler(new ServerCsrfTokenRequestAttributeHandler()))
				.build();
		}

	}

}
