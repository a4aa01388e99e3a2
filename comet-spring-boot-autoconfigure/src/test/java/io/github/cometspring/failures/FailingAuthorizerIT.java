package io.github.cometspring.failures;

import java.time.Duration;

import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An authorizer that fails or hangs for one channel ends the clients of that channel, and
 * no others, also with errors that Reactor does not catch.
 */
class FailingAuthorizerIT {

	@ParameterizedTest
	@ValueSource(strings = { "throws", "fails", "fatal", "fatal-later", "fatal-elsewhere", "hangs" })
	void clientsWhenAuthorizerFailsForAnotherChannelShouldNotNotice(String name) {
		try (FailedNode node = FailedNode.start(Authorizer.class, "comet.authorization.timeout=300ms")) {
			node.create(name);
			for (Transport transport : Transport.values()) {
				try (RawConnection client = RawConnection.open(node.port())) {
					switch (transport) {
						case LEGACY -> assertFailed(client.poll("registration=" + name).read());
						case JSON -> assertFailed(client
							.request("POST", "/comet", "application/json", "{\"channels\":[\"" + name + "\"]}")
							.read());
						case SSE -> assertFailed(
								client.request("GET", "/comet?channel=" + name, null, "", "Accept: text/event-stream")
									.read());
						// A channel that is refused leaves the socket open.
						case WEBSOCKET ->
							assertThat(RawWebSocket.open(client).send("{\"subscribe\":[\"" + name + "\"]}").text())
								.matches("close 1013|.*refused.*");
					}
				}
				node.onlySteadyShouldBeLeft();
				node.steadyShouldBeServed(2);
			}
		}
	}

	private static void assertFailed(RawConnection.Answer answer) {
		assertThat(answer.status()).isIn(403, 500, 503);
	}

	@Configuration(proxyBeanMethods = false)
	static class Authorizer {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> switch (channel) {
				case "throws" -> throw new IllegalStateException("planned");
				case "fails" -> Mono.error(new IllegalStateException("planned"));
				case "fatal" -> throw new NoClassDefFoundError("planned");
				case "fatal-later" -> Mono.fromCallable(() -> {
					throw new NoClassDefFoundError("planned");
				});
				case "fatal-elsewhere" -> Mono.delay(Duration.ofMillis(1)).map((tick) -> {
					throw new NoClassDefFoundError("planned");
				});
				case "hangs" -> Mono.never();
				default -> Mono.just(true);
			};
		}

	}

}
