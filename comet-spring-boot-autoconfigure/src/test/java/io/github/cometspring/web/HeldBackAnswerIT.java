package io.github.cometspring.web;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.SmallBuffers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Answers that a filter holds back for ever: {@code comet.write-timeout} ends them, in
 * all dialects and on all paths. Until then their clients count as connected.
 */
@SetsFastPath
class HeldBackAnswerIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@ParameterizedTest
	@CsvSource({ "LEGACY, true", "LEGACY, false", "JSON, true", "JSON, false" })
	void deliveryToPollShouldFailAfterTheWriteTimeout(Transport transport, boolean fastPath) {
		try (CometServer server = start(fastPath, "1s"); RawConnection client = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			poll(client, transport);
			Await.until(() -> channel.subscribers() == 1);
			CompletableFuture<Outcome> outcome = channel.deliver("m").toFuture();
			Await.until(() -> channel.subscribers() == 0);
			assertThat(connections(server, transport)).isOne();
			assertThat(outcome).isNotDone();
			Await.until(outcome::isDone);
			assertThat(outcome.join().failed()).isOne();
			Await.until(() -> connections(server, transport) == 0);
			// No answer, as its cursor would be after the message
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	private static void poll(RawConnection client, Transport transport) {
		if (transport == Transport.LEGACY) {
			client.poll("registration=a");
		}
		else {
			client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void refusalShouldBeGivenUpAfterTheWriteTimeout(boolean fastPath) {
		try (CometServer server = start(fastPath, "300ms"); RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=a%0Ab%0Ac%0Ad");
			// The answer is an error of the application, or missing.
			Await.until(() -> client.hasAnswer() || client.isClosedByServer());
			assertThat(connections(server, Transport.LEGACY)).isZero();
		}
	}

	@ParameterizedTest
	@CsvSource({ "SSE, true", "SSE, false", "WEBSOCKET, true", "WEBSOCKET, false" })
	void streamShouldBeGivenUpAfterTheWriteTimeout(Transport transport, boolean fastPath) {
		try (CometServer server = start(fastPath, "300ms"); RawConnection client = RawConnection.open(server.port())) {
			server.create("a");
			client.send("GET /comet?channel=a HTTP/1.1\r\nHost: localhost\r\n"
					+ ((transport == Transport.SSE) ? "Accept: text/event-stream\r\n\r\n"
							: "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
									+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
			Await.until(() -> connections(server, transport) == 1);
			// Reads until the server closes the connection.
			client.readToEnd();
			Await.until(() -> connections(server, transport) == 0);
		}
	}

	@Test
	void pollShouldCountUntilItsAnswerIsTaken() {
		try (CometServer server = CometServer.start(new Class<?>[] { SmallBuffers.class }, "comet.fast-path=true",
				"comet.write-timeout=10m"); RawConnection client = RawConnection.open(server.port(), 4096)) {
			Channel channel = server.create("a");
			for (int i = 0; i < 15; i++) {
				channel.publish("x".repeat(60_000)).block(PATIENCE);
			}
			client.poll("registration=a", "Comet-Cursor: earliest");
			Await.until(client::hasAnswer);
			assertThat(connections(server, Transport.LEGACY)).isOne();
			client.reset();
			Await.until(() -> connections(server, Transport.LEGACY) == 0);
		}
	}

	private static int connections(CometServer server, Transport transport) {
		return server.connections(transport);
	}

	private static CometServer start(boolean fastPath, String writeTimeout) {
		return CometServer.start(new Class<?>[] { HoldingBack.class }, "comet.fast-path=" + fastPath,
				"comet.timeout=1h", "comet.max-channels-per-request=3", "comet.write-timeout=" + writeTimeout);
	}

	@Configuration(proxyBeanMethods = false)
	static class HoldingBack {

		@Bean
		WebFilter holdingBack() {
			return (exchange, chain) -> {
				exchange.getResponse().beforeCommit(Mono::never);
				return chain.filter(exchange);
			};
		}

	}

}
