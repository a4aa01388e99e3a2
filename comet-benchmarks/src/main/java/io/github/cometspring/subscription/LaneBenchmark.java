package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.List;
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
 * Delivers a publication to the clients of one event loop, without a network: the loop
 * runs in the thread of the benchmark. The result is the counter {@code deliveries}.
 */
@NullMarked
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class LaneBenchmark {

	private static final String DATA = "x".repeat(100);

	/** Polls, which come anew for each message, or streams. */
	@Param({ "LEGACY", "SSE" })
	public Transport transport = Transport.LEGACY;

	/** How many clients are on the channel. */
	@Param({ "1", "100", "10000" })
	public int clients;

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, Schedulers.parallel());

	private final Channels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 65_536,
			Schedulers.parallel());

	private final Subscriptions subscriptions = new Subscriptions(this.broker, new CometControl(Duration.ofHours(1)),
			null, new SubscriptionLimits(null, 100, 1_000_000, Duration.ofHours(1)));

	private final OwnLoop loop = new OwnLoop();

	private final SubscriptionRequest request = SubscriptionRequest.of(List.of("prices"), Cursor.LATEST, null,
			Mono.empty());

	private @Nullable Channel channel;

	private long received;

	/** Creates the channel, and opens the streams. */
	@Setup
	public void prepare() {
		this.channel = this.channels.create("prices", ChannelSettings.DEFAULT.withHistorySize(20)).block();
		if (this.transport == Transport.SSE) {
			listen();
		}
		this.loop.drain();
	}

	/** Ends everything. */
	@TearDown
	public void dispose() {
		this.subscriptions.dispose();
		this.broker.dispose();
	}

	@Benchmark
	public void deliver(Deliveries counter) {
		long before = this.received;
		if (this.transport == Transport.LEGACY) {
			listen();
		}
		if (this.channel != null) {
			this.channel.publish(DATA).subscribe();
		}
		this.loop.drain();
		counter.deliveries += this.received - before;
	}

	private void listen() {
		Dialect dialect = new Dialect(this.transport, (message) -> 200);
		for (int i = 0; i < this.clients; i++) {
			this.subscriptions.open(dialect, this.loop, Mono.just(this.request)).subscribe((batch) -> {
				this.received += batch.segments().size();
				batch.written();
			});
		}
	}

	/**
	 * Counts the delivered messages.
	 */
	@State(Scope.Thread)
	@AuxCounters(AuxCounters.Type.OPERATIONS)
	public static class Deliveries {

		/** Messages times clients. */
		public long deliveries;

	}

}
