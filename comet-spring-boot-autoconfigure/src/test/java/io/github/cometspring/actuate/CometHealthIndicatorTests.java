package io.github.cometspring.actuate;

import java.time.Duration;

import io.github.cometspring.channel.BrokerState;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Subscriptions;
import org.junit.jupiter.api.Test;
import org.mockito.BDDMockito;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CometHealthIndicator} with brokers that misbehave.
 */
class CometHealthIndicatorTests {

	private final ChannelBroker broker = mock();

	private final Subscriptions subscriptions = mock();

	private Mono<Health> health() {
		return new CometHealthIndicator(new CometControl(Duration.ofSeconds(20)), this.broker, this.subscriptions)
			.health();
	}

	private void answer(Mono<BrokerState> state) {
		BDDMockito.given(this.broker.state()).willReturn(state);
	}

	@Test
	void healthWhenBrokerThrowsShouldBeDownAndSayWhy() {
		BDDMockito.given(this.broker.state()).willThrow(new IllegalStateException("on purpose"));
		StepVerifier.create(health()).assertNext((health) -> {
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.getDetails()).containsEntry("cause", "on purpose");
		}).verifyComplete();
	}

	@Test
	void healthWhenBrokerAnswersNothingShouldBeDown() {
		answer(Mono.empty());
		StepVerifier.create(health().map(Health::getStatus)).expectNext(Status.DOWN).verifyComplete();
	}

	@Test
	void healthWhenBrokerDoesNotAnswerShouldBeDownAfterTenSeconds() {
		answer(Mono.never());
		StepVerifier.withVirtualTime(() -> health().map(Health::getStatus))
			.expectSubscription()
			.expectNoEvent(Duration.ofSeconds(9))
			.thenAwait(Duration.ofSeconds(1))
			.expectNext(Status.DOWN)
			.verifyComplete();
	}

}
