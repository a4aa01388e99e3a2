package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.Message;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.protocol.LegacyCodec;
import io.github.cometspring.protocol.PlainEventCodec;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SchedulerEventLoop;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.MockedStatic;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.mockStatic;
import static org.mockito.Mockito.times;

/**
 * Clients of one channel beside clients of the same channel and one of their own, as on
 * pages with messages for all users and messages for one user. They share the encoded
 * form of common messages.
 */
class MixedCrowdTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final int PAIRS = 4;

	private static final Dialect EVENTS = new Dialect(Transport.SSE, JsonCodec::encodedLength);

	private static final Dialect FRAMES = new Dialect(Transport.WEBSOCKET, JsonCodec::encodedLength);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	private final DefaultChannels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 65_536,
			this.time);

	private final Subscriptions subscriptions = new Subscriptions(this.broker, new CometControl(TIMEOUT), null,
			new SubscriptionLimits(null, 100, 1_000_000, Duration.ofSeconds(15)));

	private final EventLoop loop = new SchedulerEventLoop(this.time);

	private final List<byte[]> plain = new ArrayList<>();

	private final List<byte[]> mixed = new ArrayList<>();

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LEGACY")
	void messageWhenOthersHaveChannelsOfTheirOwnShouldBeEncodedOnceAsJson(Transport transport) {
		listen(transport);
		try (MockedStatic<JsonCodec> codec = mockStatic(JsonCodec.class, CALLS_REAL_METHODS)) {
			publish("common", "for all");
			codec.verify(() -> JsonCodec.encodeMessage(any(Message.class)), times(1));
		}
		assertThatAllHave("for all");
	}

	@Test
	void messageWhenOthersHaveChannelsOfTheirOwnShouldBeEncodedOnceAsLegacyEntry() {
		listen(Transport.LEGACY);
		try (MockedStatic<LegacyCodec> codec = mockStatic(LegacyCodec.class, CALLS_REAL_METHODS)) {
			publish("common", "for-all");
			codec.verify(() -> LegacyCodec.encodeEntries(any()), times(1));
		}
		assertThatAllHave("for-all");
	}

	@ParameterizedTest
	@EnumSource
	void answerWhenOthersHaveChannelsOfTheirOwnShouldBeSharedByTheRest(Transport transport) {
		listen(transport);
		publish("common", "1");
		assertThat(this.plain).hasSize(PAIRS).allSatisfy((bytes) -> assertThat(bytes).isSameAs(this.plain.get(0)));
	}

	@Test
	void messageWhenSomeStreamsArePlainShouldBeEncodedOnceInEachForm() {
		channel("common");
		Map<EventStreamEncoder, List<byte[]>> streams = new LinkedHashMap<>();
		for (int i = 0; i < PAIRS; i++) {
			for (EventStreamEncoder encoder : List.of(EventStreamEncoder.JSON, EventStreamEncoder.PLAIN,
					EventStreamEncoder.PLAIN_UNTYPED)) {
				List<byte[]> written = streams.computeIfAbsent(encoder, (key) -> new ArrayList<>());
				listen(Transport.SSE, (batch) -> written.add(encoder.encodeChunk(batch)), "common");
			}
		}
		this.time.advanceTime();
		try (MockedStatic<JsonCodec> json = mockStatic(JsonCodec.class, CALLS_REAL_METHODS);
				MockedStatic<PlainEventCodec> plain = mockStatic(PlainEventCodec.class, CALLS_REAL_METHODS)) {
			publish("common", "for all");
			json.verify(() -> JsonCodec.encodeMessage(any(Message.class)), times(1));
			plain.verify(() -> PlainEventCodec.encodeMessage(any(Message.class), eq(true)), times(1));
			plain.verify(() -> PlainEventCodec.encodeMessage(any(Message.class), eq(false)), times(1));
		}
		assertThat(streams.values()).hasSize(3)
			.allSatisfy((written) -> assertThat(written).hasSize(PAIRS)
				.allSatisfy((bytes) -> assertThat(bytes).isSameAs(written.get(0))));
	}

	@ParameterizedTest
	@EnumSource
	void answerWhenChannelIsOnesOwnShouldReachItsClientAlone(Transport transport) {
		listen(transport);
		publish("own2", "mine");
		assertThat(this.plain).isEmpty();
		assertThat(this.mixed).singleElement()
			.satisfies((bytes) -> assertThat(new String(bytes, StandardCharsets.UTF_8)).contains("own2", "mine"));
	}

	private void assertThatAllHave(String text) {
		assertThat(this.plain).hasSize(PAIRS);
		assertThat(this.mixed).hasSize(PAIRS);
		assertThat(this.plain)
			.allSatisfy((bytes) -> assertThat(new String(bytes, StandardCharsets.UTF_8)).containsOnlyOnce(text));
		assertThat(this.mixed)
			.allSatisfy((bytes) -> assertThat(new String(bytes, StandardCharsets.UTF_8)).containsOnlyOnce(text));
	}

	private void listen(Transport transport) {
		channel("common");
		for (int i = 0; i < PAIRS; i++) {
			channel("own" + i);
			listen(transport, this.plain, "common");
			listen(transport, this.mixed, "common", "own" + i);
		}
		this.time.advanceTime();
		assertThat(this.plain).isEmpty();
		assertThat(this.mixed).isEmpty();
	}

	private void listen(Transport transport, List<byte[]> written, String... names) {
		listen(transport, (batch) -> written.add(encode(transport, batch)), names);
	}

	private void listen(Transport transport, Consumer<Batch> writer, String... names) {
		SubscriptionRequest request = SubscriptionRequest.of(List.of(names), Cursor.LATEST, null, Mono.empty());
		this.subscriptions.open(dialect(transport), this.loop, Mono.just(request))
			.filter((batch) -> !batch.segments().isEmpty())
			.subscribe(writer);
	}

	private static Dialect dialect(Transport transport) {
		return switch (transport) {
			case LEGACY -> new LegacyPollDialect().dialect();
			case JSON -> new JsonPollDialect().dialect();
			case SSE -> EVENTS;
			case WEBSOCKET -> FRAMES;
		};
	}

	private static byte[] encode(Transport transport, Batch batch) {
		return switch (transport) {
			case LEGACY -> new LegacyPollDialect().answer(batch).body();
			case JSON -> new JsonPollDialect().answer(batch).body();
			case SSE -> EventStreamEncoder.JSON.encodeChunk(batch);
			case WEBSOCKET -> {
				List<byte[]> frames = new ArrayList<>();
				new DirectFrameWriter(new Recorder(frames)).writeBatch(batch, null, new Unconcerned());
				yield frames.get(0);
			}
		};
	}

	private Channel channel(String name) {
		return Objects.requireNonNull(this.channels.obtain(name).block(TIMEOUT));
	}

	private void publish(String name, String data) {
		channel(name).publish(data).block(TIMEOUT);
		this.time.advanceTime();
	}

	/**
	 * A socket that records direct writes.
	 */
	private record Recorder(List<byte[]> frames) implements ClientSocket {

		@Override
		public EventLoop loop() {
			throw new UnsupportedOperationException();
		}

		@Override
		public Deadlines writeDeadlines() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void cut() {
			// There is no connection.
		}

		@Override
		public void write(byte[] bytes, WriteListener listener) {
			this.frames.add(bytes);
		}

	}

	private static final class Unconcerned implements WriteListener {

		@Override
		public void taken() {
			// The writes are recorded only.
		}

		@Override
		public void lost() {
			// The writes are recorded only.
		}

	}

}
