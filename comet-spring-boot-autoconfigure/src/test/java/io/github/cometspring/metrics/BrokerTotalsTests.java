package io.github.cometspring.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.github.cometspring.channel.BrokerState;
import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelBroker;
import org.junit.jupiter.api.Test;
import org.mockito.BDDMockito;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link BrokerTotals}.
 */
class BrokerTotalsTests {

	private final ChannelBroker broker = mock();

	private final AtomicLong time = new AtomicLong();

	private final AtomicLong asked = new AtomicLong();

	private final BrokerTotals totals = new BrokerTotals(this.broker, this.time::get);

	private void answer(Mono<BrokerState> state) {
		BDDMockito.given(this.broker.state()).willReturn(state);
	}

	private double channels() {
		return this.totals.read(BrokerState::channels);
	}

	@Test
	void readWhenBrokerAnswersAtOnceShouldAskEachTime() {
		answer(Mono.fromSupplier(() -> new BrokerState(this.asked.incrementAndGet(), 0, null)));
		assertThat(List.of(channels(), channels(), channels())).containsExactly(1.0, 2.0, 3.0);
	}

	@Test
	void readWhenBrokerIsElsewhereShouldAskOnceInAWhileAndNotWait() {
		Sinks.One<BrokerState> first = Sinks.one();
		answer(first.asMono().doOnSubscribe((subscription) -> this.asked.incrementAndGet()));
		assertThat(channels()).isNaN();
		assertThat(channels()).isNaN();
		assertThat(this.asked).hasValue(1);
		first.tryEmitValue(new BrokerState(7, 0, null));
		assertThat(channels()).isEqualTo(7);
		answer(Mono.just(new BrokerState(8, 0, null)).hide());
		assertThat(channels()).isEqualTo(7);
		this.time.addAndGet(BrokerTotals.MAX_AGE.toNanos());
		assertThat(channels()).isEqualTo(8);
	}

	@Test
	void readWhenBrokerDoesNotAnswerShouldAskAgainAndForgetTheOldQuestion() {
		List<Sinks.One<BrokerState>> questions = new ArrayList<>();
		answer(Mono.defer(() -> {
			Sinks.One<BrokerState> question = Sinks.one();
			questions.add(question);
			return question.asMono();
		}));
		channels();
		this.time.addAndGet(BrokerTotals.MAX_AGE.plus(Duration.ofSeconds(1)).toNanos());
		channels();
		assertThat(questions).hasSize(2);
		assertThat(questions.get(0).currentSubscriberCount()).isZero();
	}

	@Test
	void readWhenBrokerThrowsShouldReturnLastKnown() {
		answer(Mono.just(new BrokerState(7, 0, null)));
		assertThat(channels()).isEqualTo(7);
		BDDMockito.given(this.broker.state()).willThrow(new IllegalStateException("on purpose"));
		assertThat(channels()).isEqualTo(7);
	}

	@Test
	void readWhenBrokerCannotBeReachedShouldReturnLastKnown() {
		answer(Mono.just(new BrokerState(7, 0, null)).hide());
		assertThat(channels()).isEqualTo(7);
		answer(Mono.error(new BrokerUnavailableException(null)));
		this.time.addAndGet(BrokerTotals.MAX_AGE.toNanos());
		assertThat(channels()).isEqualTo(7);
	}

	@Test
	void whenKnownShouldBeCalledOnce() {
		Sinks.One<BrokerState> first = Sinks.one();
		answer(first.asMono());
		List<BrokerState> known = new ArrayList<>();
		this.totals.whenKnown(known::add);
		assertThat(known).isEmpty();
		BrokerState state = new BrokerState(1, 2, 3, 4L);
		first.tryEmitValue(state);
		this.totals.whenKnown(known::add);
		this.time.addAndGet(BrokerTotals.MAX_AGE.toNanos());
		channels();
		assertThat(known).containsExactly(state, state);
	}

}
