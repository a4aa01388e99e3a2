package io.github.cometspring.client;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.client.CometClientOptions.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The client against a server of canned answers, in virtual time.
 */
class CometClientTests extends CannedServer {

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
			.containsExactly(null, FIRST, SECOND);
		// The server has told nothing yet to the client of the first request.
		assertThat(this.requests).extracting(ClientRequest::url)
			.startsWith(URI.create("http://server/base/comet?channel=a&channel=b%2F%C3%A9&cursor=latest"))
			.endsWith(URI.create("http://server/base/comet?channel=a&channel=b%2F%C3%A9"));
	}

	@Test
	void subscribeWhenCursorIsLongShouldNotLengthenTheFirstLineOfTheRequest() {
		Map<String, Position> positions = IntStream.range(0, 100)
			.boxed()
			.collect(Collectors.toMap((i) -> "c" + i, (i) -> new Position(1, i)));
		Cursor cursor = Cursor.of(positions);
		CometClient client = client(Transport.EVENT_STREAM, 0, (n) -> answer(204, null, ""));
		StepVerifier.create(client.subscribe(cursor, "c1")).expectComplete().verify(PATIENCE);
		assertThat(this.requests.get(0).url()).hasQuery("channel=c1");
		assertThat(this.requests.get(0).headers().getFirst("Last-Event-ID")).isEqualTo(cursor.token())
			.hasSizeGreaterThan(1000);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "data: {\"chan", "data: {\"channel\":\"a\",\"data\":\"x", "event: gap\ndata: {\"ch",
			"event: gap", "data:" })
	void subscribeWhenStreamEndsWithinEventShouldResumeBeforeIt(String unfinished) {
		CometClient client = client(Transport.EVENT_STREAM, 0, (n) -> switch (n) {
			case 0 -> events("id: " + FIRST + "\nevent: heartbeat\ndata: {}\n\nid: " + SECOND + "\n" + unfinished);
			case 1 -> events("id: " + SECOND + "\ndata: {\"channel\":\"a\",\"data\":\"xyz\"}\n\n");
			default -> answer(204, null, "");
		});
		StepVerifier.create(client.subscribe("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMillis(500)))
			.assertNext((message) -> assertThat(message)
				.isEqualTo(new ReceivedMessage("a", "\"xyz\"", Cursor.parse(SECOND), false)))
			.then(() -> this.time.advanceTimeBy(Duration.ofMillis(500)))
			.expectComplete()
			.verify(PATIENCE);
		assertThat(this.requests).extracting((request) -> request.headers().getFirst("Last-Event-ID"))
			.containsExactly(null, FIRST, SECOND);
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
		assertThat(this.requests.get(1).url()).hasQuery("channel=b&cursor=latest");
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenOneIsRefusedShouldHearTheOthersAndFailWhenTheyHaveEnded(Transport transport) {
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
	void subscribeWhenPollIsNotAnsweredShouldPollAnew() {
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
		assertThat(this.requests).extracting((request) -> request.url().getQuery())
			.containsExactly("channel=a&cursor=latest", "channel=a&cursor=latest");
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

}
