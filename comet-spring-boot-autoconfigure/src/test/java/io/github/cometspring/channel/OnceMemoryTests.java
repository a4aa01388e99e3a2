package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Publications with a key.
 */
class OnceMemoryTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final OnceKey KEY = new OnceKey("k", Duration.ofMinutes(10));

	private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5);

	private final OnceMemory memory = new OnceMemory(this.time::get, 3);

	private final AtomicInteger published = new AtomicInteger();

	private final Mono<Position> publication = Mono
		.fromSupplier(() -> new Position(1, this.published.incrementAndGet()));

	private OnceOutcome publish(String channel, String key, String data) {
		return this.memory.publish(channel, 1, new OnceKey(key, KEY.validity()), data, this.publication)
			.block(PATIENCE);
	}

	@Test
	void publicationShouldBeMadeOnceForEachChannelAndKey() {
		assertThat(publish("a", "k", "m")).isEqualTo(new OnceOutcome(new Position(1, 1), false));
		assertThat(publish("a", "k", "m")).isEqualTo(new OnceOutcome(new Position(1, 1), true));
		assertThat(publish("a", "l", "m").repeated()).isFalse();
		assertThat(publish("b", "k", "m").repeated()).isFalse();
		assertThat(this.published).hasValue(3);
	}

	@Test
	void keyWithOtherTextShouldBeRefused() {
		publish("a", "k", "m");
		assertThatExceptionOfType(KeyReusedException.class).isThrownBy(() -> publish("a", "k", "n"))
			.satisfies((ex) -> assertThat(ex.getChannel()).isEqualTo("a"));
		assertThat(this.published).hasValue(1);
	}

	@Test
	void keyWithOtherTextOfTheSameHashShouldBeRefused() {
		publish("a", "k", "Aa");
		assertThatExceptionOfType(KeyReusedException.class).isThrownBy(() -> publish("a", "k", "BB"));
	}

	@Test
	void keyShouldBeForgottenAfterItsValidity() {
		publish("a", "k", "m");
		this.time.addAndGet(KEY.validity().toNanos() - 1);
		assertThat(publish("a", "k", "m").repeated()).isTrue();
		this.time.incrementAndGet();
		assertThat(publish("a", "k", "n").repeated()).isFalse();
		this.time.addAndGet(KEY.validity().toNanos());
		publish("a", "l", "m");
		assertThat(this.memory.size()).isOne();
	}

	@Test
	void memoryWhenFullShouldForgetTheOldest() {
		for (int i = 1; i <= 4; i++) {
			publish("a", "k" + i, "m");
		}
		assertThat(this.memory.size()).isEqualTo(3);
		assertThat(publish("a", "k2", "m").repeated()).isTrue();
		assertThat(publish("a", "k1", "m").repeated()).isFalse();
	}

	@Test
	void publicationWhenItFailedShouldBeMadeAgain() {
		Mono<OnceOutcome> failing = this.memory.publish("a", 1, KEY, "m",
				Mono.error(new BrokerUnavailableException(null, false)));
		StepVerifier.create(failing).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		assertThat(this.memory.size()).isZero();
		assertThat(publish("a", "k", "m").repeated()).isFalse();
	}

	@Test
	void publicationWhenOutcomeIsUnknownShouldStaySo() {
		Mono<OnceOutcome> lost = this.memory.publish("a", 1, KEY, "m",
				Mono.error(new BrokerUnavailableException(null, true)));
		StepVerifier.create(lost).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		assertThatExceptionOfType(BrokerUnavailableException.class).isThrownBy(() -> publish("a", "k", "m"))
			.satisfies((ex) -> assertThat(ex.isOutcomeUnknown()).isTrue());
		assertThat(this.published).hasValue(0);
	}

	@Test
	void publicationWhenBrokerFailsOtherwiseShouldStayUnknown() {
		Mono<OnceOutcome> broken = this.memory.publish("a", 1, KEY, "m",
				Mono.error(new IllegalStateException("broken")));
		StepVerifier.create(broken).expectError(IllegalStateException.class).verify(PATIENCE);
		assertThatExceptionOfType(BrokerUnavailableException.class).isThrownBy(() -> publish("a", "k", "m"));
	}

	@Test
	void publicationWhenUnderWayShouldNotBeMadeAgain() {
		Sinks.One<Position> answer = Sinks.one();
		StepVerifier.create(this.memory.publish("a", 1, KEY, "m", answer.asMono()))
			.then(() -> assertThatExceptionOfType(KeyInUseException.class).isThrownBy(() -> publish("a", "k", "m")))
			.then(() -> answer.tryEmitValue(new Position(1, 7)))
			.expectNext(new OnceOutcome(new Position(1, 7), false))
			.expectComplete()
			.verify(PATIENCE);
		assertThat(publish("a", "k", "m")).isEqualTo(new OnceOutcome(new Position(1, 7), true));
	}

	@Test
	void publicationWhenCallerLeavesShouldStayUnknown() {
		StepVerifier.create(this.memory.publish("a", 1, KEY, "m", Mono.never())).thenCancel().verify(PATIENCE);
		assertThatExceptionOfType(BrokerUnavailableException.class).isThrownBy(() -> publish("a", "k", "m"));
	}

	@Test
	void channelShouldPublishOnceAndCountIt() {
		VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, scheduler);
		DefaultChannels channels = new DefaultChannels(broker, ChannelSettings.DEFAULT, 10, scheduler);
		Mono<OnceOutcome> publication = channels.obtain("a").flatMap((channel) -> channel.publishOnce("m", KEY));
		OnceOutcome first = publication.block(PATIENCE);
		assertThat(first.repeated()).isFalse();
		assertThat(publication.block(PATIENCE)).isEqualTo(new OnceOutcome(first.position(), true));
		assertThat(channels.published()).isOne();
		StepVerifier.create(channels.obtain("a").flatMap((channel) -> channel.publishOnce("m".repeat(11), KEY)))
			.expectError(MessageTooLargeException.class)
			.verify(PATIENCE);
		broker.dispose();
	}

	@Test
	void channelShouldNotHaveTheKeysOfOneThatHasEnded() {
		VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, scheduler);
		DefaultChannels channels = new DefaultChannels(broker, ChannelSettings.DEFAULT, 10, scheduler);
		Channel ended = channels.create("a").block(PATIENCE);
		ended.publishOnce("m", KEY).block(PATIENCE);
		ended.close().block(PATIENCE);
		Mono<OnceOutcome> publication = channels.obtain("a").flatMap((channel) -> channel.publishOnce("m", KEY));
		assertThat(publication.block(PATIENCE).repeated()).isFalse();
		assertThat(publication.block(PATIENCE).repeated()).isTrue();
		broker.dispose();
	}

	@Test
	void keyWhenItCannotBeShouldBeRefused() {
		for (String text : new String[] { "", "x".repeat(256) }) {
			assertThatExceptionOfType(IllegalArgumentException.class)
				.isThrownBy(() -> new OnceKey(text, Duration.ofMinutes(1)));
		}
		for (Duration validity : new Duration[] { Duration.ZERO, Duration.ofDays(366) }) {
			assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new OnceKey("k", validity));
		}
	}

}
