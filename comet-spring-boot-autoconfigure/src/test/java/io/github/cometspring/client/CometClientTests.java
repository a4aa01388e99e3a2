package io.github.cometspring.client;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.client.CometClientOptions.Transport;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The client against a server of canned answers, in virtual time.
 */
class CometClientTests {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	@RegisterExtension
	static final QuietLog log = new QuietLog(CometClient.class.getName());

	private static final String FIRST = Cursor.of("a", new Position(1, 1)).token();

	private static final String SECOND = Cursor.of("a", new Position(1, 2)).token();

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<ClientRequest> requests = new ArrayList<>();

	@AfterEach
	void dispose() {
		this.time.dispose();
	}

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
	void subscribeWhenRandomIsOneShouldSubtractHalf() {
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
	void subscribeWhenUnavailableShouldObeyRetryAfter(Transport transport) {
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
	void subscribeWhenRetryAfterIsDateShouldObeyIt(String retryAfter) {
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
	void subscribeWhenRetryAfterIsInvalidShouldBackOff(String retryAfter) {
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
	void subscribeWhenRefusedWithProblemShouldReportDetail(Transport transport) {
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
	void subscribeWhenStreamEndsShouldResumeFromLastEvent() {
		CometClient client = client(Transport.EVENT_STREAM, 0, (n) -> switch (n) {
			case 0 -> events("id: " + FIRST + "\nevent: heartbeat\ndata: {}\n\n");
			case 1 -> events("id: " + SECOND + "\ndata: {\"channel\":\"a\",\"data\":1.50}\n\n");
			default -> answer(204, null, "");
		});
		StepVerifier.create(client.subscribe("a", "b/é"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMillis(500)))
			.assertNext((message) -> {
				assertThat(message).isEqualTo(new ReceivedMessage("a", "1.50", Cursor.parse(SECOND), false));
				assertThatIllegalStateException().isThrownBy(message::text);
			})
			// The success in between has reset the backoff.
			.then(() -> this.time.advanceTimeBy(Duration.ofMillis(500)))
			.expectComplete()
			.verify(PATIENCE);
		assertThat(this.requests).extracting((request) -> request.headers().getFirst("Last-Event-ID"))
			.containsExactly("latest", FIRST, SECOND);
		assertThat(this.requests.get(0).url())
			.isEqualTo(URI.create("http://server/base/comet?channel=a&channel=b%2F%C3%A9"));
	}

	@Test
	void subscribeWhenChannelEndsShouldRequestTheOthersOnly() {
		CometClient client = client(Transport.EVENT_STREAM, 0,
				(n) -> events((n == 0) ? "event: ended\ndata: {\"channel\":\"a\"}\n\n"
						: "event: gap\ndata: {\"channel\":\"b\"}\n\ndata: {\"channel\":\"b\",\"data\":\"x\"}\n\n"
								+ "data: {\"channel\":\"b\",\"data\":\"\\ny\"}\n\n"
								+ "event: ended\ndata: {\"channel\":\"b\"}\n\n"));
		StepVerifier.create(client.subscribe("a", "b"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMillis(500)))
			.assertNext((message) -> assertThat(message.afterGap()).isTrue())
			.assertNext((message) -> {
				assertThat(message.afterGap()).isFalse();
				assertThat(message.text()).isEqualTo("\ny");
			})
			.expectComplete()
			.verify(PATIENCE);
		assertThat(this.requests.get(1).url()).hasQuery("channel=b");
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenServedBeforeShouldRetryAfterAnswersOfDeployment(Transport transport) {
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

	@ParameterizedTest
	@EnumSource
	void subscribeWhenOneIsRefusedShouldReceiveTheOthersAndFailWhenTheyHaveEnded(Transport transport) {
		String message = "{\"channel\":\"a\",\"data\":1}";
		CometClient client = client(transport, 0, (n) -> (transport == Transport.POLLING)
				? answer(200, MediaType.APPLICATION_JSON,
						"{\"cursor\":\"" + FIRST + "\",\"messages\":[" + message
								+ "],\"ended\":[\"a\"],\"refused\":[\"b\"]}")
				: events("id: " + FIRST + "\ndata: " + message + "\n\nevent: refused\ndata: {\"channel\":\"b\"}\n\n"
						+ "event: ended\ndata: {\"channel\":\"a\"}\n\n"));
		StepVerifier.create(client.subscribe("a", "b"))
			.expectNextCount(1)
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(SubscriptionRefusedException.class,
					(refused) -> assertThat(refused.getChannels()).containsExactly("b")))
			.verify(PATIENCE);
		assertThat(this.requests).hasSize(1);
	}

	@Test
	void subscribeWhenRefusedChannelIsAcceptedShouldMarkItsGapAndContinue() {
		String cursor = "{\"cursor\":\"" + FIRST + "\"";
		CometClient client = client(Transport.POLLING, 0, (n) -> switch (n) {
			case 0 -> answer(200, MediaType.APPLICATION_JSON, cursor + ",\"refused\":[\"b\"]}");
			case 1 -> answer(200, MediaType.APPLICATION_JSON, cursor + ",\"ended\":[\"a\"]}");
			case 2 -> answer(200, MediaType.APPLICATION_JSON,
					cursor + ",\"messages\":[{\"channel\":\"b\",\"data\":1}],\"ended\":[\"b\"]}");
			default -> Mono.never();
		});
		StepVerifier.create(client.subscribe("a", "b"))
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(10)))
			.assertNext((message) -> assertThat(message.afterGap()).isTrue())
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void subscribeWhenStreamIsSilentShouldReconnect() {
		CometClient client = client(Transport.EVENT_STREAM, 0, (n) -> stream(Flux.never()));
		StepVerifier.create(client.subscribe("a")).then(() -> {
			this.time.advanceTimeBy(Duration.ofSeconds(44));
			assertThat(this.requests).hasSize(1);
			this.time.advanceTimeBy(Duration.ofSeconds(13));
			assertThat(this.requests).hasSize(2);
		}).thenCancel().verify(PATIENCE);
	}

	@Test
	void subscribeWhenSubscriberIsSlowShouldNotTimeOut() {
		String event = "data: {\"channel\":\"a\",\"data\":1}\n\n";
		CometClient client = client(Transport.EVENT_STREAM, 0,
				(n) -> stream(Flux.concat(Flux.just(event, event), Flux.never())));
		StepVerifier.create(client.subscribe("a"), 1)
			.expectNextCount(1)
			.then(() -> this.time.advanceTimeBy(Duration.ofHours(1)))
			.thenRequest(1)
			.expectNextCount(1)
			.thenCancel()
			.verify(PATIENCE);
		assertThat(this.requests).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenThereIsNoDemandShouldNotConnect(Transport transport) {
		CometClient client = client(transport, 0, (n) -> Mono.never());
		StepVerifier.create(client.subscribe("a"), 0).then(() -> {
			this.time.advanceTimeBy(Duration.ofHours(1));
			assertThat(this.requests).isEmpty();
		}).thenRequest(1).then(() -> assertThat(this.requests).hasSize(1)).thenCancel().verify(PATIENCE);
	}

	@Test
	void subscribeWhenPollingShouldPollAgainWhenAllMessagesAreTaken() {
		String message = "{\"channel\":\"a\",\"data\":\"x\"}";
		CometClient client = client(Transport.POLLING, 0, (n) -> (n < 2) ? answer(200, MediaType.APPLICATION_JSON,
				"{\"cursor\":\"" + ((n == 0) ? FIRST : SECOND) + "\",\"messages\":[" + message + "," + message + "]}")
				: Mono.never());
		StepVerifier.create(client.subscribe("a"), 1)
			// The answer to a poll has one cursor for all its messages.
			.assertNext((received) -> assertThat(received.cursor()).isEqualTo(Cursor.LATEST))
			.then(() -> assertThat(this.requests).hasSize(1))
			.thenRequest(1)
			.assertNext((received) -> assertThat(received.cursor()).isEqualTo(Cursor.parse(FIRST)))
			.then(() -> assertThat(this.requests).hasSize(1))
			.thenRequest(1)
			.assertNext((received) -> assertThat(received.cursor()).isEqualTo(Cursor.parse(FIRST)))
			.then(() -> assertThat(this.requests).hasSize(2))
			.thenRequest(Long.MAX_VALUE)
			.expectNextCount(1)
			.then(() -> assertThat(this.requests).hasSize(3))
			.thenCancel()
			.verify(PATIENCE);
		assertThat(this.requests).allMatch((request) -> HttpMethod.POST.equals(request.method()));
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

	@Test
	void subscribeWhenPollIsNotAnsweredShouldPollAgain() {
		CometClient client = client(Transport.POLLING, 0, (n) -> Mono.never());
		StepVerifier.create(client.subscribe("a")).then(() -> {
			this.time.advanceTimeBy(Duration.ofSeconds(46));
			assertThat(this.requests).hasSize(2);
		}).thenCancel().verify(PATIENCE);
	}

	@Test
	void subscribeWhenSubscribedToTwiceShouldStartTwice() {
		CometClient client = client(Transport.EVENT_STREAM, 0, (n) -> events("id: " + FIRST
				+ "\ndata: {\"channel\":\"a\",\"data\":1}\n\n" + "event: ended\ndata: {\"channel\":\"a\"}\n\n"));
		Flux<ReceivedMessage> messages = client.subscribe("a");
		StepVerifier.create(messages.concatWith(messages)).expectNextCount(2).expectComplete().verify(PATIENCE);
		assertThat(this.requests).extracting((request) -> request.headers().getFirst("Last-Event-ID"))
			.containsExactly("latest", "latest");
	}

	@Test
	void subscribeWhenApplicationsFilterFailsShouldFail() {
		CometClient client = client(Transport.EVENT_STREAM, 0, (n) -> Mono.error(new IllegalStateException("filter")));
		StepVerifier.create(client.subscribe("a")).expectErrorMessage("filter").verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenAnswerFailsAfterCancelShouldNotLogAnError(Transport transport) {
		TestPublisher<DataBuffer> body = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		CometClient client = client(transport, 0,
				(n) -> Mono.just(ClientResponse.create(HttpStatus.OK)
					.header(HttpHeaders.CONTENT_TYPE,
							(transport == Transport.EVENT_STREAM) ? MediaType.TEXT_EVENT_STREAM_VALUE
									: MediaType.APPLICATION_JSON_VALUE)
					.body(body.flux())
					.build()));
		client.subscribe("a").subscribe().dispose();
		body.assertWasCancelled();
		body.error(new IOException("reset"));
		assertThat(log.complaints()).isEmpty();
	}

	@Test
	void subscribeWhenNoChannelsShouldRefuse() {
		CometClient client = client(Transport.EVENT_STREAM, 0, (n) -> Mono.never());
		assertThatIllegalArgumentException().isThrownBy(client::subscribe);
	}

	@Test
	void optionsWhenOutOfRangeShouldRefuse() {
		CometClientOptions options = CometClientOptions.DEFAULT;
		assertThatIllegalArgumentException().isThrownBy(() -> options.withSilence(Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withPollTimeout(Duration.ofDays(2)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> options.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxAnswerSize(0));
	}

	private CometClient client(Transport transport, double random, IntFunction<Mono<ClientResponse>> server) {
		return client(CometClientOptions.DEFAULT.withTransport(transport), random, server);
	}

	private CometClient client(CometClientOptions options, double random, IntFunction<Mono<ClientResponse>> server) {
		this.requests.clear();
		AtomicInteger count = new AtomicInteger();
		WebClient webClient = WebClient.builder().baseUrl("http://server/base").exchangeFunction((request) -> {
			this.requests.add(request);
			return server.apply(count.getAndIncrement());
		}).build();
		return new CometClient(webClient, options.withBackoff(Duration.ofMillis(500), Duration.ofSeconds(8)), this.time,
				() -> random);
	}

	private static WebClientRequestException refused() {
		return new WebClientRequestException(new IOException("refused"), HttpMethod.GET, URI.create("http://server"),
				HttpHeaders.EMPTY);
	}

	private static Mono<ClientResponse> events(String events) {
		return answer(200, MediaType.TEXT_EVENT_STREAM, events);
	}

	private static Mono<ClientResponse> stream(Flux<String> chunks) {
		return Mono.just(ClientResponse.create(HttpStatus.OK)
			.header(HttpHeaders.CONTENT_TYPE, MediaType.TEXT_EVENT_STREAM_VALUE)
			.body(chunks.map(CometClientTests::buffer))
			.build());
	}

	private static Mono<ClientResponse> answer(int status, MediaType type, String body) {
		return Mono.fromSupplier(() -> {
			ClientResponse.Builder response = ClientResponse.create(HttpStatus.valueOf(status));
			if (type != null) {
				response.header(HttpHeaders.CONTENT_TYPE, type.toString());
			}
			return response.body(Flux.just(buffer(body))).build();
		});
	}

	private static DataBuffer buffer(String text) {
		return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

}
