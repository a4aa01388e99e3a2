package io.github.cometspring.netty;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.session.InMemoryReactiveSessionRegistry;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.SessionLimit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls behind handlers that the application has set in the filters of Spring Security: a
 * poll that waits holds its exchange if such a handler may do something after it.
 */
@SetsFastPath
@OneNodeOnly("The exchanges of one node are counted")
class SecurityHandlersIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String WRONG = "Authorization: Basic YWRhOndyb25n";

	/** How often a handler has done something after the rest of the chain. */
	private static final AtomicInteger DONE = new AtomicInteger();

	@BeforeEach
	void forget() {
		DONE.set(0);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void workOfAHandlerAfterTheChainShouldBeDoneAfterTheAnswer(boolean loggedIn) {
		String login = loggedIn ? Users.login("ada") : WRONG;
		try (CometServer server = start(GoingOn.class); RawConnection client = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			client.poll("registration=a", login);
			Await.until(() -> channel.subscribers() == 1);
			try (RawConnection other = RawConnection.open(server.port())) {
				other.request("POST", "/comet", "text/plain", "", login);
				assertThat(other.read().status()).isEqualTo(415);
				Await.until(() -> DONE.get() > 0);
			}
			assertThat(DONE).hasValue(1);
			channel.publish("m").block(PATIENCE);
			assertThat(client.read().body()).isEqualTo("a:m");
			Await.until(() -> DONE.get() == 2);
		}
	}

	@Test
	void exchangeBehindKnownHandlersShouldBeOverWhileTheClientWaits() {
		try (CometServer server = start(LimitedSessions.class);
				RawConnection client = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			client.poll("registration=a", Users.login("ada"));
			Await.until(() -> channel.subscribers() == 1);
			Await.until(() -> Route.webFluxRequests(server, "POST") == 1);
			assertThat(client.hasAnswer()).isFalse();
			channel.publish("m").block(PATIENCE);
			RawConnection.Answer answer = client.read();
			assertThat(answer.body()).isEqualTo("a:m");
			assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
		}
	}

	private static CometServer start(Class<?> security) {
		return CometServer.start(new Class<?>[] { Users.class, security }, "comet.fast-path=true");
	}

	@Configuration(proxyBeanMethods = false)
	static class GoingOn {

		@Bean
		SecurityWebFilterChain goingOn(ServerHttpSecurity http) {
			return http
				.httpBasic((basic) -> basic.authenticationSuccessHandler((exchange, user) -> goOn(exchange))
					.authenticationFailureHandler((exchange, failure) -> goOn(exchange)))
				.build();
		}

		private static Mono<Void> goOn(WebFilterExchange exchange) {
			return exchange.getChain().filter(exchange.getExchange()).then(Mono.fromRunnable(DONE::incrementAndGet));
		}

	}

	/**
	 * The handlers of the log-in page do not see polls.
	 */
	@Configuration(proxyBeanMethods = false)
	static class LimitedSessions {

		@Bean
		SecurityWebFilterChain limitedSessions(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.formLogin((form) -> form.authenticationSuccessHandler((exchange, user) -> GoingOn.goOn(exchange))
					.authenticationFailureHandler((exchange, failure) -> GoingOn.goOn(exchange)))
				.sessionManagement((management) -> management
					.concurrentSessions((sessions) -> sessions.sessionRegistry(new InMemoryReactiveSessionRegistry())
						.maximumSessions(SessionLimit.of(2))))
				.build();
		}

	}

}
