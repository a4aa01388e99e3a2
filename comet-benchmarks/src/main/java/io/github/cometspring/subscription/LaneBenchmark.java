package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A publication's way to the clients of one event loop, without a network: the loop runs
 * in the thread of the benchmark. The counter {@code deliveries} is what to look at.
 */
@NullMarked
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class LaneBenchmark {

	private static final String DATA = "x".repeat(100);

	private static final Dialect POLLS = new Dialect(Transport.LEGACY, (message) -> 200);

	private static final Dialect STREAMS = new Dialect(Transport.SSE, (message) -> 200);

	/** How many clients are on the channel. */
	@Param({ "1", "100", "10000" })
	public int clients;

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, Schedulers.parallel());

	private final Channels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 65_536,
			Schedulers.parallel());

	private final Subscriptions subscriptions = new Subscriptions(this.broker, new CometControl(Duration.ofHours(1)),
			null, new SubscriptionLimits(null, 100, 1_000_000, Duration.ofHours(1)));

	private final OwnLoop loop = new OwnLoop();

	private final SubscriptionRequest request = SubscriptionRequest.of(List.of("news"), Cursor.LATEST, null,
			Mono.empty());

	private @Nullable Channel channel;

	/** Creates the channel. */
	@Setup
	public void prepare() {
		this.channel = this.channels.create("news", ChannelSettings.DEFAULT.withHistorySize(20)).block();
	}

	/** Ends everything. */
	@TearDown
	public void dispose() {
		this.subscriptions.dispose();
		this.broker.dispose();
	}

	@Benchmark
	public void answerPolls(Deliveries counter) {
		for (int i = 0; i < this.clients; i++) {
			this.subscriptions.open(POLLS, this.loop, Mono.just(this.request)).subscribe((batch) -> {
				counter.deliveries += batch.segments().size();
				batch.written();
			});
		}
		publish();
	}

	@Benchmark
	public void feedStreams(Streams streams, Deliveries counter) {
		streams.counter = counter;
		publish();
	}

	private void publish() {
		Channel channel = this.channel;
		if (channel != null) {
			channel.publish(DATA).subscribe();
		}
		this.loop.drain();
	}

	/**
	 * How much was delivered.
	 */
	@State(Scope.Thread)
	@AuxCounters(AuxCounters.Type.OPERATIONS)
	public static class Deliveries {

		/** Messages times clients. */
		public long deliveries;

	}

	/**
	 * Streams that stay.
	 */
	@State(Scope.Thread)
	public static class Streams {

		private Deliveries counter = new Deliveries();

		/** Opens the streams. */
		@Setup(Level.Trial)
		public void open(LaneBenchmark benchmark) {
			for (int i = 0; i < benchmark.clients; i++) {
				benchmark.subscriptions.open(STREAMS, benchmark.loop, Mono.just(benchmark.request))
					.subscribe((batch) -> {
						this.counter.deliveries += batch.segments().size();
						batch.written();
					});
			}
			benchmark.loop.drain();
		}

	}

	/**
	 * A loop that runs when it is told to.
	 */
	private static final class OwnLoop implements EventLoop {

		private final Queue<Runnable> tasks = new ArrayDeque<>();

		private void drain() {
			for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
				task.run();
			}
		}

		@Override
		public boolean inLoop() {
			return true;
		}

		@Override
		public void execute(Runnable task) {
			this.tasks.add(task);
		}

		@Override
		public void schedule(Runnable task, Duration delay) {
			// No deadline comes while this is measured
		}

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

	}

}
