package io.github.cometspring.web;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.client.CometClient;
import io.github.cometspring.client.CometClientOptions;
import io.github.cometspring.client.CometClientOptions.Transport;
import io.github.cometspring.client.LogInExpiredException;
import io.github.cometspring.client.ReceivedMessage;
import io.github.cometspring.client.SubscriptionRefusedException;
import io.github.cometspring.testing.CometServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client in Java at a resource server: its tokens expire, and it misses nothing.
 */
class ClientTokenIT {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { Jwt.ResourceServer.class });
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenTokenExpiresShouldAskForAnotherAndMissNothing(Transport transport) {
		for (int seconds = 2;; seconds *= 2) {
			Channel channel = server.create("tokens-%s-%d".formatted(transport, seconds));
			channel.publish("before").block(PATIENCE);
			int lifetime = seconds;
			AtomicInteger asked = new AtomicInteger();
			Instant[] expiry = { Instant.MIN };
			String[] token = new String[1];
			// As an application that keeps a token until it has expired
			Mono<String> tokens = Mono.defer(() -> {
				if (Instant.now().isBefore(expiry[0])) {
					return Mono.just(token[0]);
				}
				boolean first = asked.getAndIncrement() == 0;
				expiry[0] = Instant.now().plusSeconds(first ? lifetime : 3600).truncatedTo(ChronoUnit.SECONDS);
				token[0] = token(expiry[0]);
				// When the first token has expired and the client is not connected
				return (first ? Mono.empty() : channel.publish("between")).thenReturn(token[0]);
			});
			CometClient client = CometClient.create(WebClient.create("http://localhost:" + server.port()),
					options(transport).withToken(tokens));
			try {
				assertThat(client.subscribe(Cursor.EARLIEST, channel.id())
					.concatMap((message) -> (message.text().equals("between") ? channel.publish("after") : Mono.empty())
						.thenReturn(message))
					.take(3)
					.doOnNext((message) -> assertThat(message.afterGap()).isFalse())
					.map(ReceivedMessage::text)
					.collectList()
					.block(PATIENCE)).containsExactly("before", "between", "after");
				assertThat(asked).hasValue(2);
				return;
			}
			catch (SubscriptionRefusedException ex) {
				// The machine is so busy that the first request was too late.
				assertThat(seconds).isLessThan(30);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenTokenIsFixedAndExpiresShouldFailWithCursor(Transport transport) {
		for (int seconds = 2;; seconds *= 2) {
			Channel channel = server.create("fixed-%s-%d".formatted(transport, seconds));
			channel.publish("before").block(PATIENCE);
			Cursor[] end = new Cursor[1];
			try {
				List<String> received = messages(transport, Cursor.EARLIEST, channel,
						Instant.now().plusSeconds(seconds))
					.onErrorResume(LogInExpiredException.class, (ex) -> {
						end[0] = ex.getCursor();
						return channel.publish("after")
							.thenMany(messages(transport, end[0], channel, Instant.now().plusSeconds(3600)));
					})
					.map(ReceivedMessage::text)
					.take(2)
					.collectList()
					.block(PATIENCE);
				assertThat(received).containsExactly("before", "after");
				assertThat(end[0]).isNotNull();
				return;
			}
			catch (SubscriptionRefusedException ex) {
				assertThat(seconds).isLessThan(30);
			}
		}
	}

	private static Flux<ReceivedMessage> messages(Transport transport, Cursor from, Channel channel, Instant expiry) {
		WebClient webClient = WebClient.builder()
			.baseUrl("http://localhost:" + server.port())
			.defaultHeaders((headers) -> headers.setBearerAuth(token(expiry)))
			.build();
		return CometClient.create(webClient, options(transport)).subscribe(from, channel.id());
	}

	private static CometClientOptions options(Transport transport) {
		return CometClientOptions.DEFAULT.withTransport(transport)
			.withBackoff(Duration.ofMillis(50), Duration.ofMillis(200));
	}

	private static String token(Instant expiry) {
		return Jwt.header("ada", expiry).substring((HttpHeaders.AUTHORIZATION + ": Bearer ").length());
	}

}
