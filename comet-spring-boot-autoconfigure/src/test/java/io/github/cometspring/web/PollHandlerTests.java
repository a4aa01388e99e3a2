package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PollHandler}, in virtual time.
 */
class PollHandlerTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final Subscriptions subscriptions = new Subscriptions(new InMemoryChannelBroker(null, this.time),
			new CometControl(Duration.ofSeconds(20)), null, new SubscriptionLimits(5, 3, 1000, Duration.ofSeconds(15)));

	private final PollHandler handler = new PollHandler(this.subscriptions,
			new SchedulerClientSockets(this.time, 1, Duration.ofSeconds(30)), new LegacyPollDialect(), 1000,
			KeptLogins.NONE);

	@Test
	void pollWhenBodyDoesNotArriveShouldCountUntilItIsRefusedAndClosed() {
		Flux<DataBuffer> body = Flux.concat(Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(new byte[] { 'r' })),
				Flux.never());
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/comet").body(body));
		StepVerifier.create(this.handler.handle(exchange))
			.then(() -> assertThat(polls()).isOne())
			.then(() -> this.time.advanceTimeBy(RequestBody.TIMEOUT))
			.expectComplete()
			.verify(Duration.ofSeconds(5));
		assertThat(polls()).isZero();
		assertThat(exchange.getResponse().getStatusCode()).isEqualTo(HttpStatus.REQUEST_TIMEOUT);
		assertThat(exchange.getResponse().getHeaders().getConnection()).containsExactly("close");
	}

	@Test
	void pollWhenRefusedForAnotherReasonShouldLeaveConnectionOpen() {
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/comet").body("x"));
		StepVerifier.create(this.handler.handle(exchange)).expectComplete().verify(Duration.ofSeconds(5));
		assertThat(exchange.getResponse().getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
		assertThat(exchange.getResponse().getHeaders().getConnection()).isEmpty();
		assertThat(polls()).isZero();
	}

	private int polls() {
		return this.subscriptions.connections(Transport.LEGACY);
	}

}
