package io.github.cometspring.typed;

import java.time.Duration;

import io.github.cometspring.channel.ChannelLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link TypedChannel#bind(Flux, BindOptions)}.
 */
class TypedChannelBindOptionsTests extends ValueChannels {

	private static final Duration GRACE = Duration.ofSeconds(10);

	private static final Duration ALMOST = GRACE.minusSeconds(1);

	private static final Duration REST = Duration.ofSeconds(1);

	private final TestPublisher<Integer> source = TestPublisher.create();

	private TypedChannel<Integer> channel;

	private ChannelLog log;

	@BeforeEach
	void create() {
		this.channel = await(this.typed.create("n", Integer.class));
		this.log = await(this.broker.find("n"));
	}

	private StepVerifier.FirstStep<Void> bind(BindOptions options) {
		// Of a scheduler on which time passes also while nothing is scheduled
		return StepVerifier.withVirtualTime(() -> this.channel.bind(this.source.flux(), options),
				() -> VirtualTimeScheduler.getOrSet(false), Long.MAX_VALUE);
	}

	private boolean isOpen() {
		return this.channels.find("n").blockOptional(PATIENCE).isPresent();
	}

	@Test
	void bindWhenAutoConnectShouldWaitForFirstListenerAndGoOnWithoutAny() {
		bind(BindOptions.autoConnect()).expectSubscription()
			.thenAwait(Duration.ofDays(1))
			.then(this.source::assertNoSubscribers)
			.then(this.log::join)
			.then(() -> this.source.assertSubscribers(1))
			.then(this.log::leave)
			.thenAwait(Duration.ofDays(1))
			.then(() -> this.source.next(1, 2).complete())
			.expectComplete()
			.verify(PATIENCE);
		this.source.assertNotCancelled();
		assertThat(isOpen()).isFalse();
		assertThat(this.log.newest().offset()).isEqualTo(2);
	}

	@Test
	void bindWhenSeveralListenersAreAskedForShouldWaitForThem() {
		bind(BindOptions.autoConnect(2)).expectSubscription()
			.then(this.log::join)
			.then(this.source::assertNoSubscribers)
			.then(this.log::join)
			.then(() -> this.source.assertSubscribers(1))
			.thenCancel()
			.verify(PATIENCE);
		this.source.assertCancelled();
		assertThat(isOpen()).isTrue();
	}

	@Test
	void bindWhenNoListenerIsAskedForShouldBeginAtOnce() {
		bind(BindOptions.autoConnect(0)).expectSubscription()
			.then(() -> this.source.assertSubscribers(1))
			.then(this.source::complete)
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void bindWhenNobodyListensForGracePeriodShouldCancelSourceAndClose() {
		bind(BindOptions.refCount(GRACE)).expectSubscription()
			.thenAwait(Duration.ofDays(1))
			.then(this.log::join)
			.thenAwait(Duration.ofDays(1))
			.then(() -> this.source.next(1))
			.then(this.log::leave)
			.thenAwait(ALMOST)
			.then(() -> this.source.next(2))
			.then(this.source::assertNotCancelled)
			.thenAwait(REST)
			.expectComplete()
			.verify(PATIENCE);
		this.source.assertCancelled();
		assertThat(isOpen()).isFalse();
		assertThat(this.log.newest().offset()).isEqualTo(2);
	}

	@Test
	void bindWhenListenerIsBackWithinGracePeriodShouldGoOn() {
		bind(BindOptions.refCount(GRACE)).expectSubscription()
			.then(this.log::join)
			.then(this.log::leave)
			.thenAwait(ALMOST)
			.then(this.log::join)
			.thenAwait(GRACE.multipliedBy(3))
			.then(this.source::assertNotCancelled)
			.then(this.log::leave)
			.thenAwait(ALMOST)
			.then(this.source::assertNotCancelled)
			.then(this.source::complete)
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void bindWhenItBeginsAtOnceAndNobodyComesShouldEndAfterGracePeriod() {
		bind(BindOptions.refCount(0, GRACE)).expectSubscription()
			.thenAwait(ALMOST)
			.then(() -> this.source.assertSubscribers(1))
			.thenAwait(REST)
			.expectComplete()
			.verify(PATIENCE);
		this.source.assertCancelled();
	}

	@Test
	void bindWhenChannelIsClosedBeforeFirstListenerShouldComplete() {
		bind(BindOptions.refCount(GRACE)).expectSubscription()
			.then(() -> this.channel.close().block(PATIENCE))
			.expectComplete()
			.verify(PATIENCE);
		this.source.assertNoSubscribers();
	}

	@ParameterizedTest
	@CsvSource({ "0,", "0, 10s", "1,", "1, 10s" })
	void bindWhenChannelIsClosedShouldCancelSourceAtOnceAndComplete(int minSubscribers, String grace) {
		BindOptions options = new BindOptions(minSubscribers, (grace != null) ? GRACE : null);
		bind(options).expectSubscription()
			.then(this.log::join)
			.then(() -> this.source.next(1))
			.then(() -> this.channel.close().block(PATIENCE))
			.expectComplete()
			.verify(PATIENCE);
		this.source.assertCancelled();
	}

	@Test
	void bindWhenSourceFailsShouldTellAndLeaveOpen() {
		bind(BindOptions.refCount(GRACE)).expectSubscription()
			.then(this.log::join)
			.then(() -> this.source.next(1).error(new IllegalStateException("source")))
			.expectErrorMessage("source")
			.verify(PATIENCE);
		assertThat(isOpen()).isTrue();
	}

	@Test
	void bindWhenSourceHasClosedChannelShouldComplete() {
		Flux<Integer> source = Flux.just(1, 2, 3).doOnNext((value) -> this.channel.close().subscribe());
		StepVerifier.create(this.channel.bind(source, BindOptions.autoConnect(0))).expectComplete().verify(PATIENCE);
		assertThat(this.log.newest().offset()).isZero();
	}

	@Test
	void subscriberCountsShouldTellEachChangeUntilTheEnd() {
		StepVerifier.create(this.channel.channel().subscriberCounts())
			.expectNext(0)
			.then(this.log::join)
			.expectNext(1)
			.then(this.log::join)
			.expectNext(2)
			.then(this.log::leave)
			.expectNext(1)
			.then(() -> this.channel.close().block(PATIENCE))
			.expectComplete()
			.verify(PATIENCE);
		StepVerifier.create(this.channel.channel().subscriberCounts()).expectComplete().verify(PATIENCE);
	}

	@Test
	void optionsWhenOutOfRangeShouldBeRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> BindOptions.autoConnect(-1)).withMessageContaining("-1");
		assertThatIllegalArgumentException().isThrownBy(() -> BindOptions.refCount(Duration.ZERO))
			.withMessageContaining("PT0S");
		// A timer would take no such time when the last listener leaves.
		assertThatIllegalArgumentException().isThrownBy(() -> BindOptions.refCount(Duration.ofSeconds(Long.MAX_VALUE)))
			.withMessageContaining("365 days");
	}

}
