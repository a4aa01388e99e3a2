package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.OwnLoop;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Delivers a message of a channel that all clients have, from its publication to the
 * bytes for each client, without a network. The difference between the crowds is the cost
 * of further channels that each client has of its own. The result is the counter
 * {@code deliveries}.
 */
@NullMarked
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class MixedCrowdBenchmark {

	private static final String DATA = "x".repeat(200);

	/** The transport of the clients. Each message needs new polls. */
	@Param({ "LEGACY", "JSON", "SSE", "WEBSOCKET" })
	public Transport transport = Transport.LEGACY;

	/** The clients that also have a channel of their own: none, every second, or all. */
	@Param({ "PLAIN", "MIXED", "OWN" })
	public Crowd crowd = Crowd.PLAIN;

	/** The number of clients. */
	@Param("1000")
	public int clients;

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, Schedulers.parallel());

	private final Channels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 65_536,
			Schedulers.parallel());

	private final Subscriptions subscriptions = new Subscriptions(this.broker, new CometControl(Duration.ofHours(1)),
			null, new SubscriptionLimits(null, 100, 1_000_000, Duration.ofHours(1)));

	private final OwnLoop loop = new OwnLoop();

	private final LegacyPollDialect legacy = new LegacyPollDialect();

	private final JsonPollDialect json = new JsonPollDialect();

	private final Dialect streams = new Dialect(Transport.SSE, JsonCodec::encodedLength);

	private final Dialect sockets = new Dialect(Transport.WEBSOCKET, JsonCodec::encodedLength);

	private final List<SubscriptionRequest> requests = new ArrayList<>();

	private final Written written = new Written();

	private final FrameWriter frames = new DirectFrameWriter(new WrittenSocket(this.loop, this.written));

	private @Nullable Channel channel;

	private long received;

	/** Creates the channels, and opens the streams. */
	@Setup
	public void prepare() {
		this.channel = create("common");
		for (int i = 0; i < this.clients; i++) {
			List<String> names = new ArrayList<>(List.of("common"));
			if (this.crowd == Crowd.OWN || (this.crowd == Crowd.MIXED && i % 2 == 0)) {
				create("own" + i);
				names.add("own" + i);
			}
			this.requests.add(SubscriptionRequest.of(names, Cursor.LATEST, null, Mono.empty()));
		}
		if (!this.transport.isPolling()) {
			listen();
		}
		this.loop.drain();
	}

	private @Nullable Channel create(String name) {
		return this.channels.create(name, ChannelSettings.DEFAULT.withHistorySize(20)).block();
	}

	/** Disposes of the subscriptions and the broker. */
	@TearDown
	public void dispose() {
		this.subscriptions.dispose();
		this.broker.dispose();
	}

	@Benchmark
	public void deliver(Deliveries counter, Blackhole sink) {
		long before = this.received;
		if (this.transport.isPolling()) {
			listen();
		}
		if (this.channel != null) {
			this.channel.publish(DATA).subscribe();
		}
		this.loop.drain();
		sink.consume(this.written.bytes);
		counter.deliveries += this.received - before;
	}

	private void listen() {
		Dialect dialect = switch (this.transport) {
			case LEGACY -> this.legacy.dialect();
			case JSON -> this.json.dialect();
			case SSE -> this.streams;
			case WEBSOCKET -> this.sockets;
		};
		for (SubscriptionRequest request : this.requests) {
			this.subscriptions.open(dialect, this.loop, Mono.just(request)).subscribe(this::write);
		}
	}

	private void write(Batch batch) {
		this.received += batch.segments().size();
		switch (this.transport) {
			case LEGACY -> this.written.bytes = this.legacy.answer(batch).body();
			case JSON -> this.written.bytes = this.json.answer(batch).body();
			case SSE -> this.written.bytes = EventStreamEncoder.JSON.encodeChunk(batch);
			case WEBSOCKET -> this.frames.writeBatch(batch, null, this.written);
		}
		batch.written();
	}

	/**
	 * The clients that have a channel of their own.
	 */
	public enum Crowd {

		/** None. */
		PLAIN,

		/** Every second. */
		MIXED,

		/** All. */
		OWN

	}

	/**
	 * Keeps the bytes that were written last.
	 */
	private static final class Written implements WriteListener {

		private byte @Nullable [] bytes;

		@Override
		public void taken() {
			// There is no client.
		}

		@Override
		public void lost() {
			// There is no client.
		}

	}

	/**
	 * A socket that keeps the bytes of direct writes.
	 *
	 * @param loop its event loop
	 * @param written keeps the bytes
	 */
	private record WrittenSocket(EventLoop loop, Written written) implements ClientSocket {

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
			this.written.bytes = bytes;
		}

	}

	/**
	 * Counts deliveries.
	 */
	@State(Scope.Thread)
	@AuxCounters(AuxCounters.Type.OPERATIONS)
	public static class Deliveries {

		/** Messages times clients. */
		public long deliveries;

	}

}
