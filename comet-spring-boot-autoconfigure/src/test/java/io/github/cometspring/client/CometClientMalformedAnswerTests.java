package io.github.cometspring.client;

import java.time.Duration;

import io.github.cometspring.client.CometClientOptions.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client against a server whose answers cannot be understood, in virtual time.
 */
class CometClientMalformedAnswerTests extends CannedServer {

	@ParameterizedTest
	@ValueSource(strings = { "data: no\n\n", "data: []\n\n", "data: {}\n\n", "id: no\ndata: {}\n\n",
			"event: ended\ndata: {\"channel\":1}\n\n", "event: gap\ndata: 1\n\n" })
	void subscribeWhenEventIsMalformedShouldFail(String event) {
		StepVerifier.create(client(Transport.EVENT_STREAM, 0, (n) -> events(event)).subscribe("a"))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(UnexpectedAnswerException.class)
				.message()
				.doesNotContain(event.strip()))
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "no", "{}", "{\"cursor\":\"no\"}", "{\"cursor\":\"AQ\",\"messages\":1}",
			"{\"cursor\":\"AQ\",\"messages\":[{\"channel\":\"a\"}]}", "{\"cursor\":\"AQ\",\"ended\":[1]}" })
	void subscribeWhenPollIsMalformedShouldFail(String body) {
		StepVerifier
			.create(client(Transport.POLLING, 0, (n) -> answer(200, MediaType.APPLICATION_JSON, body)).subscribe("a"))
			.expectError(UnexpectedAnswerException.class)
			.verify(PATIENCE);
	}

	@Test
	void subscribeWhenPollHasNoBodyShouldFail() {
		StepVerifier.create(client(Transport.POLLING, 0, (n) -> (n < 3) ? emptyPoll() : Mono.never()).subscribe("a"))
			.expectError(UnexpectedAnswerException.class)
			.verify(PATIENCE);
		assertThat(this.requests).hasSize(1);
	}

	@Test
	void subscribeWhenServedBeforeAndPollHasNoBodyShouldBackOff() {
		CometClient client = client(Transport.POLLING, 0, (n) -> switch (n) {
			case 0 -> answer(200, MediaType.APPLICATION_JSON, "{\"cursor\":\"" + FIRST + "\"}");
			case 1, 2, 3 -> emptyPoll();
			default -> Mono.never();
		});
		StepVerifier.create(client.subscribe("a")).then(() -> {
			assertThat(this.requests).hasSize(2);
			this.time.advanceTimeBy(Duration.ofMillis(500));
			assertThat(this.requests).hasSize(3);
			this.time.advanceTimeBy(Duration.ofSeconds(1));
			assertThat(this.requests).hasSize(4);
		}).thenCancel().verify(PATIENCE);
	}

	private static Mono<ClientResponse> emptyPoll() {
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.OK)
			.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
			.build());
	}

}
