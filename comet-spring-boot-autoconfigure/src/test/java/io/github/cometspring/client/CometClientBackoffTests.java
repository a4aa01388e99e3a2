package io.github.cometspring.client;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.client.CometClientOptions.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When the client comes back to a server of canned answers, and when it gives up, in
 * virtual time.
 */
class CometClientBackoffTests extends CannedServer {

	@ParameterizedTest
	@EnumSource
	void subscribeWhenConnectionFailsShouldBackOffFurtherAndFurther(Transport transport) {
		CometClient client = client(transport, 0, (n) -> Mono.error(refused()));
		StepVerifier.create(client.subscribe("a")).then(() -> {
			assertThat(this.requests).hasSize(1);
			for (int millis : new int[] { 500, 1000, 2000, 4000, 8000, 8000, 8000 }) {
				int before = this.requests.size();
				this.time.advanceTimeBy(Duration.ofMillis(millis - 1));
				assertThat(this.requests).hasSize(before);
				this.time.advanceTimeBy(Duration.ofMillis(1));
				assertThat(this.requests).hasSize(before + 1);
			}
		}).thenCancel().verify(PATIENCE);
	}

	@Test
	void subscribeWhenRandomIsOneShouldTakeOffHalf() {
		CometClient client = client(Transport.EVENT_STREAM, 1, (n) -> Mono.error(refused()));
		StepVerifier.create(client.subscribe("a")).then(() -> {
			this.time.advanceTimeBy(Duration.ofMillis(249));
			assertThat(this.requests).hasSize(1);
			this.time.advanceTimeBy(Duration.ofMillis(1));
			assertThat(this.requests).hasSize(2);
			this.time.advanceTimeBy(Duration.ofMillis(500));
			assertThat(this.requests).hasSize(3);
		}).thenCancel().verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenUnavailableShouldHeedRetryAfter(Transport transport) {
		CometClient client = client(transport, 0, (n) -> answer(503, null, "")
			.map((response) -> response.mutate().header(HttpHeaders.RETRY_AFTER, "5").build()));
		StepVerifier.create(client.subscribe("a")).then(() -> {
			this.time.advanceTimeBy(Duration.ofMillis(5499));
			assertThat(this.requests).hasSize(1);
			this.time.advanceTimeBy(Duration.ofMillis(1));
			assertThat(this.requests).hasSize(2);
		}).thenCancel().verify(PATIENCE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Thu, 01 Jan 1970 00:00:30 GMT", "30" })
	void subscribeWhenRetryAfterIsDateShouldHeedIt(String retryAfter) {
		CometClient client = client(Transport.EVENT_STREAM, 0, (n) -> answer(429, null, "")
			.map((response) -> response.mutate().header(HttpHeaders.RETRY_AFTER, retryAfter).build()));
		StepVerifier.create(client.subscribe("a")).then(() -> {
			this.time.advanceTimeBy(Duration.ofMillis(30_499));
			assertThat(this.requests).hasSize(1);
			this.time.advanceTimeBy(Duration.ofMillis(1));
			assertThat(this.requests).hasSize(2);
		}).thenCancel().verify(PATIENCE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "-1", "Thu, 01 Jan 1970 00:00:00 GMT", "999999999999" })
	void subscribeWhenRetryAfterIsUselessShouldBackOff(String retryAfter) {
		CometClient client = client(Transport.EVENT_STREAM, 0, (n) -> answer(500, null, "")
			.map((response) -> response.mutate().header(HttpHeaders.RETRY_AFTER, retryAfter).build()));
		StepVerifier.create(client.subscribe("a")).then(() -> {
			this.time.advanceTimeBy(Duration.ofMillis(500));
			assertThat(this.requests).hasSize(2);
		}).thenCancel().verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenRefusedShouldFail(Transport transport) {
		CometClient client = client(transport, 0, (n) -> answer(403, null, ""));
		StepVerifier.create(client.subscribe("a"))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(SubscriptionRefusedException.class,
					(refused) -> assertThat(refused.getStatus()).isEqualTo(403)))
			.verify(PATIENCE);
		assertThat(this.requests).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenRefusedWithProblemShouldSayWhy(Transport transport) {
		CometClient client = client(transport, 0, (n) -> answer(400, MediaType.APPLICATION_PROBLEM_JSON,
				"{\"title\":\"Bad Request\",\"status\":400,\"detail\":\"Too many channels\"}"));
		StepVerifier.create(client.subscribe("a"))
			.expectErrorMessage("Server refuses the subscription: status 400, Too many channels")
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenNotTheProtocolShouldFail(Transport transport) {
		for (Mono<ClientResponse> answer : List.of(answer(200, MediaType.TEXT_HTML, "<html>"), answer(302, null, ""),
				answer(200, null, ""))) {
			StepVerifier.create(client(transport, 0, (n) -> answer).subscribe("a"))
				.expectError(UnexpectedAnswerException.class)
				.verify(PATIENCE);
		}
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenServedBeforeShouldWaitOutWhatDeploymentAnswers(Transport transport) {
		List<Mono<ClientResponse>> meanwhile = List.of(answer(404, null, ""), answer(421, null, ""),
				answer(401, MediaType.APPLICATION_PROBLEM_JSON, "{\"status\":401}"), answer(302, null, ""),
				answer(200, MediaType.TEXT_HTML, "<html>"), answer(200, null, ""), answer(400, null, ""),
				answer(403, MediaType.TEXT_HTML, "<html>"), answer(403, MediaType.APPLICATION_PROBLEM_JSON, "no"),
				answer(200, MediaType.APPLICATION_JSON, "{}"), answer(405, null, ""));
		CometClient client = client(transport, 0, (n) -> {
			if (n > 0 && n <= meanwhile.size()) {
				return meanwhile.get(n - 1);
			}
			return (transport == Transport.POLLING)
					? answer(200, MediaType.APPLICATION_JSON,
							"{\"cursor\":\"" + ((n == 0) ? FIRST : SECOND)
									+ "\",\"messages\":[{\"channel\":\"a\",\"data\":1}]}")
					: events("id: " + ((n == 0) ? FIRST : SECOND) + "\ndata: {\"channel\":\"a\",\"data\":1}\n\n");
		});
		StepVerifier.create(client.subscribe("a").take(2))
			.expectNextCount(1)
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(3)))
			.expectNextCount(1)
			.expectComplete()
			.verify(PATIENCE);
		assertThat(this.requests).hasSize(meanwhile.size() + 2);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenServedBeforeAndRefusedByNameShouldFail(Transport transport) {
		CometClient client = client(transport, 0,
				(n) -> (n > 0)
						? answer(403, MediaType.APPLICATION_PROBLEM_JSON, "{\"detail\":\"no\",\"refused\":[\"a\"]}")
						: (transport == Transport.POLLING)
								? answer(200, MediaType.APPLICATION_JSON, "{\"cursor\":\"" + FIRST + "\"}")
								: events("id: " + FIRST + "\nevent: heartbeat\ndata: {}\n\n"));
		StepVerifier.create(client.subscribe("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(1)))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(SubscriptionRefusedException.class,
					(refused) -> assertThat(refused.getChannels()).containsExactly("a")))
			.verify(PATIENCE);
	}

	@Test
	void subscribeWhenPollsAreAnsweredAtOnceAndEmptyShouldBackOff() {
		CometClient client = client(Transport.POLLING, 0,
				(n) -> answer(200, MediaType.APPLICATION_JSON, "{\"cursor\":\"" + FIRST + "\"}"));
		StepVerifier.create(client.subscribe("a")).then(() -> {
			// The first, which is not held, and the second
			assertThat(this.requests).hasSize(2);
			this.time.advanceTimeBy(Duration.ofMillis(499));
			assertThat(this.requests).hasSize(2);
			this.time.advanceTimeBy(Duration.ofMillis(1));
			assertThat(this.requests).hasSize(3);
			this.time.advanceTimeBy(Duration.ofMillis(1000));
			assertThat(this.requests).hasSize(4);
		}).thenCancel().verify(PATIENCE);
	}

}
