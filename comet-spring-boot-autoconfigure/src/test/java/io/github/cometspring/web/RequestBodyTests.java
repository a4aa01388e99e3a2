package io.github.cometspring.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SchedulerEventLoop;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RequestBody}.
 */
class RequestBodyTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final EventLoop loop = new SchedulerEventLoop(this.time);

	private final RequestBody requestBody = new RequestBody(5, Duration.ofSeconds(10));

	@Test
	void readShouldJoinPieces() {
		StepVerifier.create(read(Flux.just(buffer("ab"), buffer("cde"))))
			.assertNext((bytes) -> assertThat(bytes).isEqualTo("abcde".getBytes(StandardCharsets.UTF_8)))
			.verifyComplete();
	}

	@Test
	void readWhenBodyIsEmptyShouldBeEmpty() {
		StepVerifier.create(read(Flux.empty())).assertNext((bytes) -> assertThat(bytes).isEmpty()).verifyComplete();
	}

	@Test
	void readWhenBodyIsTooLargeShouldRefuse() {
		StepVerifier.create(read(Flux.just(buffer("abc"), buffer("def"))))
			.verifyErrorSatisfies((ex) -> assertRefused(ex, HttpStatus.CONTENT_TOO_LARGE));
	}

	@Test
	void readWhenBodyDoesNotArriveShouldRefuseAfterItsTime() {
		TestPublisher<DataBuffer> body = TestPublisher.create();
		StepVerifier.create(read(body.flux()))
			.then(() -> body.next(buffer("a")))
			.then(() -> this.time.advanceTimeBy(Duration.ofMillis(9999)))
			.expectNoEvent(Duration.ZERO)
			.then(() -> this.time.advanceTimeBy(Duration.ofMillis(1)))
			.expectErrorSatisfies((ex) -> assertRefused(ex, HttpStatus.REQUEST_TIMEOUT))
			.verify(Duration.ofSeconds(5));
		body.assertCancelled();
	}

	@Test
	void readWhenBodyArrivesInTimeShouldNotRefuseLater() {
		TestPublisher<DataBuffer> body = TestPublisher.create();
		StepVerifier.create(read(body.flux()))
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(9)))
			.then(() -> body.emit(buffer("abc")))
			.expectNextCount(1)
			.expectComplete()
			.verify(Duration.ofSeconds(5));
		this.time.advanceTimeBy(Duration.ofSeconds(60));
	}

	@Test
	void readWhenClientGoesAwayShouldRefuse() {
		StepVerifier.create(read(Flux.error(new IOException("Connection reset"))))
			.verifyErrorSatisfies((ex) -> assertRefused(ex, HttpStatus.BAD_REQUEST));
	}

	private Mono<byte[]> read(Flux<DataBuffer> body) {
		return this.requestBody.read(MockServerHttpRequest.post("/comet").body(body), this.loop);
	}

	private static DataBuffer buffer(String text) {
		return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

	private static void assertRefused(Throwable ex, HttpStatus status) {
		assertThat(ex).isInstanceOfSatisfying(RefusedRequestException.class,
				(refused) -> assertThat(refused.status()).isEqualTo(status));
	}

}
