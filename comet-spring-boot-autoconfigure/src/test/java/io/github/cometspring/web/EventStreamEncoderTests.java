package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Collisions;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.SchedulerEventLoop;
import io.github.cometspring.subscription.Segment;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EventStreamEncoder}: compares the events of random batches, in each
 * form, with events that are written plainly.
 */
class EventStreamEncoderTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final Dialect EVENTS = new Dialect(Transport.SSE, JsonCodec::encodedLength);

	private static final List<String> PIECES = List.of("\"é\" ", "a\r\n", "\n", "\r", "\nid: 1\revent: x\r\n\r\n");

	private static final long SEED = Long.getLong("comet.test.seed", System.nanoTime());

	private final Random random = new Random(SEED);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	private final DefaultChannels channels = new DefaultChannels(this.broker,
			ChannelSettings.DEFAULT.withHistorySize(3), 65_536, this.time);

	private final Subscriptions subscriptions = new Subscriptions(this.broker, new CometControl(TIMEOUT), null,
			new SubscriptionLimits(null, 100, 500, Duration.ofSeconds(15)));

	/** Two of the names have the same key in a cursor. */
	private final List<String> names = new ArrayList<>(Collisions.find());

	private int gaps;

	private int ends;

	private int alone;

	private int several;

	@Test
	void eventsOfRandomBatchesShouldBeAsWrittenPlainly() {
		this.names.addAll(List.of("a", "b", "Ünï"));
		for (int i = 0; i < 300; i++) {
			stream();
		}
		assertThat(this.gaps).as("gaps, seed %d", SEED).isPositive();
		assertThat(this.ends).as("ends, seed %d", SEED).isPositive();
		assertThat(this.alone).as("shared batches, seed %d", SEED).isPositive();
		assertThat(this.several).as("batches of several channels, seed %d", SEED).isPositive();
	}

	private void stream() {
		Map<String, Cursor> starts = new LinkedHashMap<>();
		Map<String, Position> positions = new HashMap<>();
		Collections.shuffle(this.names, this.random);
		for (String name : this.names.subList(0, 1 + this.random.nextInt(this.names.size()))) {
			channel(name);
			ChannelLog log = Objects.requireNonNull(this.broker.find(name).block(TIMEOUT));
			starts.put(name, this.random.nextBoolean() ? Cursor.EARLIEST : Cursor.LATEST);
			boolean fromFirst = Cursor.EARLIEST.equals(starts.get(name)) && log.retained() > 0;
			positions.put(name, fromFirst ? before(log.readAll().messages().get(0)) : log.newest());
		}
		if (this.random.nextInt(5) == 0) {
			starts.put("nowhere", Cursor.LATEST);
		}
		Refusals refused = (this.random.nextInt(5) == 0)
				? Refusals.NONE.and(List.of("secret"), Refusals.Reason.FORBIDDEN) : Refusals.NONE;
		TestSubscriber<Batch> batches = TestSubscriber.builder().initialRequest(1).build();
		this.subscriptions
			.open(EVENTS, new SchedulerEventLoop(this.time),
					Mono.just(new SubscriptionRequest(starts, refused, null, Mono.empty())))
			.subscribe(batches);
		this.time.advanceTime();
		int taken = 0;
		for (int i = 0; i < 30; i++) {
			List<Batch> received = batches.getReceivedOnNext();
			for (; taken < received.size(); taken++) {
				compare(received.get(taken), positions, taken == 0);
			}
			change();
			if (this.random.nextInt(3) == 0) {
				batches.request(1);
			}
			this.time.advanceTimeBy(Duration.ofSeconds(this.random.nextInt(3)));
		}
		batches.cancel();
		this.time.advanceTime();
	}

	private void change() {
		String name = this.names.get(this.random.nextInt(this.names.size()));
		if (this.random.nextInt(20) == 0) {
			channel(name).close().block(TIMEOUT);
		}
		for (int i = this.random.nextInt(40) / 10; i > 0; i--) {
			channel(name).publish(PIECES.get(this.random.nextInt(PIECES.size())).repeat(this.random.nextInt(20)))
				.block(TIMEOUT);
		}
	}

	private Channel channel(String name) {
		return Objects.requireNonNull(this.channels.obtain(name).block(TIMEOUT));
	}

	private void compare(Batch batch, Map<String, Position> positions, boolean opening) {
		this.alone += (!opening && batch.isOneChannel()) ? 1 : 0;
		this.several += (batch.segments().size() > 1) ? 1 : 0;
		Map<String, Position> start = new HashMap<>(positions);
		compare(EventStreamEncoder.JSON, batch, opening,
				expected(batch, positions, opening, "", EventStreamEncoderTests::json));
		assertThat(batch.cursor()).as("seed %d", SEED).isEqualTo(Cursor.of(positions));
		compare(EventStreamEncoder.PLAIN, batch, opening,
				expected(batch, new HashMap<>(start), opening, "comet:", EventStreamEncoderTests::plain));
		compare(EventStreamEncoder.PLAIN_UNTYPED, batch, opening,
				expected(batch, start, opening, "comet:", EventStreamEncoderTests::untyped));
	}

	private void compare(EventStreamEncoder encoder, Batch batch, boolean opening, String expected) {
		String events = text(encoder.encode(batch, opening));
		if (opening) {
			assertThat(events.replaceFirst("^retry: \\d{4}\n", "")).as("seed %d", SEED).isEqualTo(expected);
			return;
		}
		assertThat(events).as("seed %d", SEED).isEqualTo(expected);
		int size = expected.getBytes(StandardCharsets.UTF_8).length;
		String chunk = (size > 0) ? Integer.toHexString(size) + "\r\n" + expected + "\r\n" : "";
		assertThat(text(encoder.encodeChunk(batch))).as("seed %d", SEED).isEqualTo(chunk);
		if (batch.isOneChannel() && !batch.segments().get(0).isGap()) {
			assertThat((long) size).as("seed %d", SEED)
				.isLessThanOrEqualTo(
						batch.segments().get(0).messages().stream().mapToLong(EventStreamEncoder::size).sum());
		}
	}

	private static String json(Message message) {
		return "data: " + text(JsonCodec.encodeMessage(message));
	}

	private static String plain(Message message) {
		return "event: " + message.channel() + "\n" + untyped(message);
	}

	private static String untyped(Message message) {
		return "data: " + String.join("\ndata: ", message.data().split("\r\n|\r|\n", -1));
	}

	/**
	 * The events of a batch, as the protocol describes them.
	 * @param batch the batch
	 * @param positions the positions of the client, which are moved
	 * @param opening whether it is the first batch
	 * @param notice the beginning of the types of events that are not messages
	 * @param lines the lines of a message after its id
	 */
	private String expected(Batch batch, Map<String, Position> positions, boolean opening, String notice,
			Function<Message, String> lines) {
		StringBuilder events = new StringBuilder();
		for (Segment segment : batch.segments()) {
			if (!segment.messages().isEmpty()) {
				positions.put(segment.channel(), before(segment.messages().get(0)));
			}
			if (segment.isGap()) {
				this.gaps++;
				events.append("event: " + notice + "gap\ndata: {\"channel\":\"")
					.append(segment.channel())
					.append("\"}\n\n");
			}
		}
		if (opening || (batch.segments().isEmpty() && batch.ending() == null)) {
			events.append(id(positions)).append("event: " + notice + "heartbeat\ndata: {}\n\n");
		}
		if (!batch.refused().isEmpty()) {
			events.append("event: " + notice + "refused\ndata: {\"channel\":\"secret\",\"why\":\"forbidden\"}\n\n");
		}
		for (Segment segment : batch.segments()) {
			for (Message message : segment.messages()) {
				positions.put(segment.channel(), message.position());
				events.append(id(positions)).append(lines.apply(message)).append("\n\n");
			}
			if (segment.isEnded()) {
				this.ends++;
				positions.remove(segment.channel());
				events.append("event: " + notice + "ended\ndata: {\"channel\":\"")
					.append(segment.channel())
					.append("\"}\n\n");
			}
		}
		return events.toString();
	}

	private static Position before(Message message) {
		return new Position(message.position().epoch(), message.position().offset() - 1);
	}

	private static String id(Map<String, Position> positions) {
		return "id: " + Cursor.of(positions).token() + "\n";
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

}
