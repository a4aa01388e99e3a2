package io.github.cometspring.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.client.CometClientOptions.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the client does when its log-in has expired.
 */
class CometClientExpiryTests extends CannedServer {

	@ParameterizedTest
	@EnumSource
	void subscribeWhenLogInExpiresAndThereIsNoTokenShouldFail(Transport transport) {
		CometClient client = client(transport, 0, expiring(transport));
		StepVerifier.create(client.subscribe("a"))
			.expectNextCount(1)
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(LogInExpiredException.class,
					(expired) -> assertThat(expired.getCursor()).isEqualTo(Cursor.parse(FIRST))))
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenLogInExpiresShouldAskForAnotherTokenAndResume(Transport transport) {
		AtomicInteger asked = new AtomicInteger();
		CometClientOptions options = CometClientOptions.DEFAULT.withTransport(transport)
			.withToken(Mono.fromSupplier(() -> "token" + asked.incrementAndGet()));
		resumesAfterExpiry(client(options, 0, expiring(transport)));
		assertThat(this.requests).extracting((request) -> request.headers().getFirst(HttpHeaders.AUTHORIZATION))
			.startsWith("Bearer token1")
			.endsWith("Bearer token" + this.requests.size());
		if (transport == Transport.EVENT_STREAM) {
			assertThat(this.requests).extracting((request) -> request.headers().getFirst("Last-Event-ID"))
				.containsExactly(null, FIRST);
		}
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenLogInExpiresAndThereIsFilterShouldResume(Transport transport) {
		AtomicInteger count = new AtomicInteger();
		WebClient webClient = WebClient.builder()
			.baseUrl("http://server")
			.filter((request,
					next) -> next.exchange(ClientRequest.from(request)
						.headers((headers) -> headers.setBearerAuth("token" + this.requests.size()))
						.build()))
			.exchangeFunction((request) -> {
				this.requests.add(request);
				return expiring(transport).apply(count.getAndIncrement());
			})
			.build();
		resumesAfterExpiry(new CometClient(webClient, CometClientOptions.DEFAULT.withTransport(transport)
			.withBackoff(Duration.ofMillis(500), Duration.ofSeconds(8)), this.time, () -> 0));
	}

	private void resumesAfterExpiry(CometClient client) {
		StepVerifier.create(client.subscribe("a").take(2))
			.assertNext((message) -> assertThat(message.json()).isEqualTo("1"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMillis(500)))
			.assertNext((message) -> {
				assertThat(message.json()).isEqualTo("2");
				assertThat(message.afterGap()).isFalse();
			})
			.expectComplete()
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenNewTokensAreRefusedShouldBackOff(Transport transport) {
		CometClientOptions options = CometClientOptions.DEFAULT.withTransport(transport).withToken(Mono.just("stale"));
		CometClient client = client(options, 0, (n) -> (n == 0) ? first(transport) : unauthorized());
		StepVerifier.create(client.subscribe("a"))
			.expectNextCount(1)
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(60)))
			.then(() -> assertThat(this.requests).hasSizeBetween(5, 15))
			.thenCancel()
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenNeverLoggedInShouldBeRefused(Transport transport) {
		CometClientOptions options = CometClientOptions.DEFAULT.withTransport(transport).withToken(Mono.just("forged"));
		StepVerifier.create(client(options, 0, (n) -> unauthorized()).subscribe("a"))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(SubscriptionRefusedException.class,
					(refused) -> assertThat(refused.getStatus()).isEqualTo(401)))
			.verify(PATIENCE);
	}

	@Test
	void credentialsShouldNotBeShown() {
		assertThat(new Credentials("secret", List.of("secret"))).hasToString("Credentials");
	}

	/** A server that serves a message, says that the log-in has expired, and serves. */
	private static IntFunction<Mono<ClientResponse>> expiring(Transport transport) {
		if (transport == Transport.EVENT_STREAM) {
			return (n) -> (n == 0) ? events(message(FIRST, 1) + "event: expired\ndata: {}\n\n")
					: stream(Flux.just(message(SECOND, 2)).concatWith(Flux.never()));
		}
		return (n) -> switch (n) {
			case 0 -> first(transport);
			case 1 -> unauthorized();
			default -> poll(SECOND, 2);
		};
	}

	private static Mono<ClientResponse> first(Transport transport) {
		return (transport == Transport.POLLING) ? poll(FIRST, 1) : events(message(FIRST, 1));
	}

	private static String message(String cursor, int data) {
		return "id: " + cursor + "\ndata: {\"channel\":\"a\",\"data\":" + data + "}\n\n";
	}

	private static Mono<ClientResponse> poll(String cursor, int data) {
		return answer(200, MediaType.APPLICATION_JSON,
				"{\"cursor\":\"" + cursor + "\",\"messages\":[{\"channel\":\"a\",\"data\":" + data + "}]}");
	}

	private static Mono<ClientResponse> unauthorized() {
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.UNAUTHORIZED)
			.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
			.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE)
			.body(Flux.just(buffer("{\"status\":401,\"cursor\":\"" + FIRST + "\"}")))
			.build());
	}

}
