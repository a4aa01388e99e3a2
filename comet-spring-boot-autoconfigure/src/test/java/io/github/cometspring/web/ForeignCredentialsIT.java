package io.github.cometspring.web;

import java.security.Principal;

import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pages of other origins with the credentials of their user.
 */
@SetsFastPath
class ForeignCredentialsIT {

	private static final String FRIEND = "Origin: https://friend.example";

	private static final String ALLOWED = "comet.allowed-origins=https://friend.example";

	private static final String COOKIE = "Cookie: user=alice";

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer with;

	private static CometServer without;

	@BeforeAll
	static void start() {
		Class<?>[] configuration = { LogIn.class };
		with = CometServer.start(configuration, ALLOWED, "comet.allowed-credentials=true");
		without = CometServer.start(configuration, ALLOWED);
	}

	@AfterAll
	static void stop() {
		with.close();
		without.close();
	}

	@Test
	void preflightWhenAllowedShouldAllowCredentialsAndAnyHeader() {
		Answer answer = preflight(with);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://friend.example");
		assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
		assertThat(answer.header("Access-Control-Allow-Headers")).isEqualToIgnoringCase("authorization, x-tenant");
	}

	@Test
	void preflightWhenNotAllowedShouldAllowAnyHeaderOnly() {
		Answer answer = preflight(without);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
		assertThat(answer.header("Access-Control-Allow-Headers")).isEqualToIgnoringCase("authorization, x-tenant");
	}

	@Test
	void answerWhenAllowedShouldBeShownToThePage() {
		for (Answer answer : new Answer[] { with.poll("registration=x", FRIEND, COOKIE), json(with), stream(with) }) {
			assertThat(answer.status()).isBetween(200, 204);
			assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://friend.example");
			assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
			assertThat(answer.header("Access-Control-Expose-Headers")).contains("Comet-Cursor", "Comet-Gap",
					"Comet-Refused", "Comet-Max-Channels", "Retry-After");
		}
	}

	@Test
	void answerWhenNotAllowedShouldNotBeShownToThePage() {
		for (Answer answer : new Answer[] { without.poll("registration=x", FRIEND, COOKIE), json(without),
				stream(without) }) {
			assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
		}
	}

	@Test
	void handshakeWhenAllowedShouldBeTheUsers() {
		assertThat(handshake(with, FRIEND, COOKIE)).isEqualTo(101);
		assertThat(handshake(with, FRIEND)).isEqualTo(101);
		assertThat(handshake(with, "Origin: https://stranger.example", COOKIE)).isEqualTo(403);
	}

	@Test
	void handshakeWhenNotAllowedShouldBeRefusedToUserOnly() {
		assertThat(handshake(without, FRIEND, COOKIE)).isEqualTo(403);
		assertThat(handshake(without, FRIEND)).isEqualTo(101);
		assertThat(handshake(without, FRIEND, "Cookie: theme=dark")).isEqualTo(101);
		assertThat(handshake(without, "Origin: http://localhost", COOKIE)).isEqualTo(101);
		assertThat(handshake(without, COOKIE)).isEqualTo(101);
	}

	private static Answer preflight(CometServer server) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client
				.request("OPTIONS", "/comet", null, "", FRIEND, "Access-Control-Request-Method: POST",
						"Access-Control-Request-Headers: authorization,x-tenant")
				.read();
		}
	}

	private static Answer json(CometServer server) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.request("POST", "/comet", "application/json", "{\"channels\":[\"x\"]}", FRIEND, COOKIE)
				.read();
		}
	}

	private static Answer stream(CometServer server) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.request("GET", "/comet?channel=x", null, "", "Accept: text/event-stream", FRIEND, COOKIE)
				.read();
		}
	}

	private static int handshake(CometServer server, String... headers) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return RawWebSocket.handshake(client, headers).status();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class LogIn {

		@Bean
		WebFilter logIn() {
			return (exchange, chain) -> {
				String cookies = exchange.getRequest().getHeaders().getFirst(HttpHeaders.COOKIE);
				Principal alice = () -> "alice";
				return "user=alice".equals(cookies)
						? chain.filter(exchange.mutate().principal(Mono.just(alice)).build()) : chain.filter(exchange);
			};
		}

	}

}
