package io.github.cometspring.netty;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.LoginOfAnyKind;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.logging.AccessLog;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A poll that waits holds its exchange where the configuration of the server needs it.
 */
@SetsFastPath
@OneNodeOnly("The exchanges of one node are counted")
class DetachedPollServerIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void exchangeWhenAccessesAreLoggedShouldLastAsLongAsThePoll() {
		try (CometServer server = CometServer.start(new Class<?>[] { LoginOfAnyKind.class, Logged.class },
				"comet.fast-path=true"); RawConnection client = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			client.poll("registration=a", Users.login("ada"));
			Await.until(() -> channel.subscribers() == 1);
			try (RawConnection other = RawConnection.open(server.port())) {
				other.request("POST", "/comet", "text/plain", "", Users.login("bob"));
				assertThat(other.read().status()).isEqualTo(415);
				Await.until(() -> Route.webFluxRequests(server, "POST") == 1);
			}
			channel.publish("m").block(PATIENCE);
			assertThat(client.read().body()).isEqualTo("a:m");
			Await.until(() -> Route.webFluxRequests(server, "POST") == 2);
		}
	}

	@Test
	void pollWhenConnectionIsToBeClosedShouldBeAnsweredBefore() {
		try (CometServer server = CometServer.start(new Class<?>[] { Users.class, ClosingSecurity.class },
				"comet.fast-path=true"); RawConnection client = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			client.poll("registration=a", Users.login("ada"));
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("m").block(PATIENCE);
			RawConnection.Answer answer = client.read();
			assertThat(answer.body()).isEqualTo("a:m");
			assertThat(answer.header("Connection")).isEqualTo("close");
			assertThat(client.isClosedByServer()).isTrue();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class ClosingSecurity {

		@Bean
		SecurityWebFilterChain closingChain(ServerHttpSecurity http) {
			return http.httpBasic(Customizer.withDefaults())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.headers((headers) -> headers.writer((exchange) -> {
					exchange.getResponse().getHeaders().setConnection("close");
					return Mono.empty();
				}))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Logged {

		@Bean
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> accessLog() {
			NettyServerCustomizer logged = (http) -> http.accessLog(true,
					(arguments) -> AccessLog.create("{}", arguments.method()));
			return (factory) -> factory.addServerCustomizers(logged);
		}

	}

}
