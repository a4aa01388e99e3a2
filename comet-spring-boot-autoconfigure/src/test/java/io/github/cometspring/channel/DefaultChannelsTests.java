package io.github.cometspring.channel;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link DefaultChannels} and the {@link Channel channels} that it returns.
 */
class DefaultChannelsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final ChannelSettings SETTINGS = new ChannelSettings(5, Duration.ofMinutes(1), null,
			MessageFormat.TEXT);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(3, this.time);

	private final DefaultChannels channels = new DefaultChannels(this.broker, SETTINGS, 10, this.time);

	@Test
	void createShouldReturnChannelWithFreshId() {
		Mono<Channel> create = this.channels.create();
		assertThat(this.channels.count().block(PATIENCE)).isZero();
		Channel first = get(create);
		Channel second = get(create);
		assertThat(first.id()).matches("[A-Za-z0-9_-]{24}").isNotEqualTo(second.id());
		assertThat(this.channels.count().block(PATIENCE)).isEqualTo(2);
		assertThat(get(this.broker.find(first.id())).settings()).isEqualTo(SETTINGS);
	}

	@Test
	void grantShouldBeSignedByGrants() {
		Channels granting = new DefaultChannels(this.broker, ChannelDefaults.of(SETTINGS), 10, this.time,
				(channel, validity) -> channel + " for " + validity);
		assertThat(granting.grant("prices", Duration.ofMinutes(5))).isEqualTo("prices for PT5M");
	}

	@Test
	void grantWhenThereAreNoGrantsShouldFail() {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.channels.grant("prices", Duration.ofMinutes(5)))
			.withMessage("These channels cannot sign grants");
	}

	@Test
	void createWhenNameIsGivenShouldUseIt() {
		assertThat(get(this.channels.create("prices")).id()).isEqualTo("prices");
		StepVerifier.create(this.channels.create("prices"))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(DuplicateChannelException.class)
				.hasMessageContaining("'prices'"))
			.verify(PATIENCE);
	}

	@Test
	void createWhenSettingsAreGivenShouldUseThem() {
		ChannelSettings settings = new ChannelSettings(1, Duration.ofDays(1), Duration.ofDays(2), MessageFormat.TEXT);
		get(this.channels.create("prices", settings));
		assertThat(get(this.broker.find("prices")).settings()).isEqualTo(settings);
	}

	@Test
	void createWhenLimitIsReachedShouldNameLimitAndProperty() {
		Flux.range(1, 3).concatMap((i) -> this.channels.create()).blockLast(PATIENCE);
		for (Mono<Channel> more : List.of(this.channels.create(), this.channels.create("prices"),
				this.channels.obtain("prices"))) {
			StepVerifier.create(more)
				.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(TooManyChannelsException.class)
					.hasMessageContaining("3 of 3")
					.hasMessageContaining("comet.max-virtual-channels"))
				.verify(PATIENCE);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a b", "a:b", "a\nb", "\uD800" })
	void createWhenNameIsInvalidShouldFail(String name) {
		for (Mono<Channel> invalid : List.of(this.channels.create(name), this.channels.create(name, SETTINGS),
				this.channels.obtain(name))) {
			StepVerifier.create(invalid).expectError(InvalidChannelNameException.class).verify(PATIENCE);
		}
		assertThat(this.channels.count().block(PATIENCE)).isZero();
	}

	@Test
	void obtainShouldCreateThenReturnTheSame() {
		Mono<Channel> obtain = this.channels.obtain("prices");
		assertThat(this.channels.count().block(PATIENCE)).isZero();
		Channel channel = get(obtain);
		assertThat(get(obtain)).isEqualTo(channel).hasSameHashCodeAs(channel).hasToString("Channel[prices]");
		assertThat(get(this.channels.find("prices"))).isEqualTo(channel);
		get(channel.close().thenReturn(true));
		assertThat(get(obtain)).isNotEqualTo(channel);
	}

	@Test
	void findShouldAskBrokerForEachSubscription() {
		Mono<Channel> find = this.channels.find("prices");
		StepVerifier.create(find).expectComplete().verify(PATIENCE);
		Channel channel = get(this.channels.create("prices"));
		StepVerifier.create(find).expectNext(channel).expectComplete().verify(PATIENCE);
		get(channel.close().thenReturn(true));
		StepVerifier.create(find).expectComplete().verify(PATIENCE);
	}

	@Test
	void listShouldAskBrokerForEachSubscription() {
		Flux<Channel> list = this.channels.list();
		Mono<Long> count = this.channels.count();
		StepVerifier.create(list).expectComplete().verify(PATIENCE);
		Channel channel = get(this.channels.create("prices"));
		StepVerifier.create(list).expectNext(channel).expectComplete().verify(PATIENCE);
		assertThat(count.block(PATIENCE)).isOne();
	}

	@Test
	void publishShouldActOncePerSubscription() {
		Channel channel = get(this.channels.create("prices"));
		Mono<Position> publish = channel.publish("x");
		assertThat(get(channel.cursor())).isEqualTo(cursor(channel, 0));
		assertThat(get(publish).offset()).isOne();
		assertThat(get(publish).offset()).isEqualTo(2);
		assertThat(get(channel.cursor())).isEqualTo(cursor(channel, 2));
	}

	@Test
	void publicationInMemoryShouldNeedNoSubscription() throws Exception {
		assertThat(call(this.channels.find("prices"))).isNull();
		Channel channel = Objects.requireNonNull(call(this.channels.obtain("prices")));
		assertThat(call(this.channels.find("prices"))).isEqualTo(channel);
		assertThat(Objects.requireNonNull(call(channel.publish("x"))).offset()).isOne();
		assertThat(this.channels.published()).isOne();
		assertThatExceptionOfType(MessageTooLargeException.class)
			.isThrownBy(() -> call(channel.publish("x".repeat(11))));
		assertThatExceptionOfType(InvalidChannelNameException.class).isThrownBy(() -> call(this.channels.obtain(" ")));
		get(channel.close().thenReturn(true));
		assertThatExceptionOfType(ChannelClosedException.class).isThrownBy(() -> call(channel.publish("x")));
		assertThat(call(this.channels.find("prices"))).isNull();
		assertThat(this.channels.published()).isOne();
	}

	@SuppressWarnings("unchecked")
	private static <T> @Nullable T call(Mono<T> callable) throws Exception {
		return ((Callable<@Nullable T>) callable).call();
	}

	@ParameterizedTest
	@CsvSource({ "'', true", "1234567890, true", "12345678901, false", "ééééé, true", "éééééa, false", "日日日a, true",
			"日日日日, false", "\uD83D\uDE00\uD83D\uDE00aa, true", "\uD83D\uDE00\uD83D\uDE00aaa, false" })
	void publishShouldLimitSizeInBytes(String data, boolean fits) {
		Channel channel = get(this.channels.create("prices"));
		for (Mono<?> publish : List.of(channel.publish(data), channel.deliver(data))) {
			if (fits) {
				get(publish);
			}
			else {
				StepVerifier.create(publish)
					.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(MessageTooLargeException.class,
							(tooLarge) -> {
								assertThat(tooLarge.getChannel()).isEqualTo("prices");
								assertThat(tooLarge.getLimit()).isEqualTo(10);
								assertThat(tooLarge.getSize()).isGreaterThan(10);
								assertThat(tooLarge).hasMessageContaining("comet.max-message-size")
									.hasMessageNotContaining(data);
							}))
					.verify(PATIENCE);
			}
		}
		assertThat(get(this.broker.find("prices")).newest().offset()).isEqualTo(fits ? 2 : 0);
	}

	@Test
	void publishWhenThereAreLoneSurrogatesShouldCountAndPublishReplacements() {
		Channel channel = get(this.channels.create("prices"));
		get(channel.publish("\uD83D\uDE00\uD83Dab"));
		get(channel.publish("\uDE00\uD83D\uD83Da"));
		StepVerifier.create(channel.publish("\uDE00\uD83D\uD83Dab"))
			.expectError(MessageTooLargeException.class)
			.verify(PATIENCE);
		assertThat(get(this.broker.find("prices")).readAll().messages()).extracting(Message::data)
			.containsExactly("\uD83D\uDE00\uFFFDab", "\uFFFD\uFFFD\uFFFDa");
	}

	@Test
	void publishWhenClosedShouldFail() {
		Channel channel = get(this.channels.create("prices"));
		get(channel.close().thenReturn(true));
		get(channel.close().thenReturn(true));
		StepVerifier.create(channel.publish("x")).expectError(ChannelClosedException.class).verify(PATIENCE);
		StepVerifier.create(channel.deliver("x")).expectError(ChannelClosedException.class).verify(PATIENCE);
		StepVerifier.create(channel.messages()).expectComplete().verify(PATIENCE);
	}

	@Test
	void closeShouldBeLazyAndAllowAnotherChannel() {
		List<Channel> all = Objects
			.requireNonNull(Flux.range(1, 3).concatMap((i) -> this.channels.create()).collectList().block(PATIENCE));
		Mono<Void> close = all.get(0).close();
		StepVerifier.create(this.channels.create("prices"))
			.expectError(TooManyChannelsException.class)
			.verify(PATIENCE);
		get(close.thenReturn(true));
		get(this.channels.create("prices"));
		get(close.thenReturn(true));
		assertThat(this.channels.count().block(PATIENCE)).isEqualTo(3);
	}

	private Cursor cursor(Channel channel, long offset) {
		return Cursor.of(channel.id(), new Position(get(this.broker.find(channel.id())).newest().epoch(), offset));
	}

	private static <T> T get(Mono<T> mono) {
		return Objects.requireNonNull(mono.block(PATIENCE));
	}

}
