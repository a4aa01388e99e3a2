package io.github.cometspring.metrics;

import java.security.Principal;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.AdditionalAnswers;
import org.mockito.Mockito;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;

/**
 * Clients that end because the server fails are not counted as if they had left.
 */
class FailedClientsIT {

	@ParameterizedTest
	@ValueSource(classes = { FailingLogIn.class, FailingBroker.class })
	void endWhenServerFailsShouldHaveReasonOfItsOwn(Class<?> failing) {
		try (CometServer server = CometServer.start(new Class<?>[] { failing }, Scrape.EXPOSED)) {
			Channel channel = server.create("a");
			Scrape before = Scrape.of(server);
			for (Transport transport : Transport.values()) {
				fail(server, transport);
				Await.until(() -> Scrape.of(server)
					.since(before, "comet_connections_ended_total", "transport=" + transport.id()) == 1);
				assertThat(Scrape.of(server)
					.since(before, "comet_connections_ended_total", "transport=" + transport.id(), "reason=error"))
					.as("%s", transport)
					.isEqualTo(1);
			}
			Scrape after = Scrape.of(server);
			assertThat(after.since(before, "comet_polls_total", "outcome=error")).isEqualTo(2);
			assertThat(after.since(before, "comet_polls_total", "outcome=left")).isZero();
			assertThat(channel.subscribers()).isZero();
		}
	}

	private static void fail(CometServer server, Transport transport) {
		try (RawConnection client = RawConnection.open(server.port())) {
			switch (transport) {
				case LEGACY -> assertThat(client.poll("registration=a").read().status()).isEqualTo(500);
				case JSON -> assertThat(
						client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}").read().status())
					.isEqualTo(500);
				case SSE -> assertThat(client.request("GET", "/comet?channel=a", null, "", "Accept: text/event-stream")
					.read()
					.status()).isEqualTo(500);
				case WEBSOCKET ->
					assertThat(RawWebSocket.open(client).send("{\"subscribe\":[\"a\"]}").closeCode()).isEqualTo(1013);
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class FailingLogIn {

		@Bean
		WebFilter failingLogIn() {
			Mono<Principal> failing = Mono.error(new IllegalStateException("No user store"));
			return (exchange, chain) -> chain.filter(exchange.mutate().principal(failing).build());
		}

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> Mono.just(true);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingBroker {

		@Bean
		ChannelBroker channelBroker() {
			InMemoryChannelBroker inner = new InMemoryChannelBroker(null, Schedulers.parallel());
			ChannelBroker broker = Mockito.mock(ChannelBroker.class, AdditionalAnswers.delegatesTo(inner));
			Mockito.doReturn(Mono.error(new IllegalStateException("No store"))).when(broker).findAll(any());
			return broker;
		}

	}

}
