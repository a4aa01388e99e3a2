package io.github.cometspring.channel;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Channels in memory that have no clients.
 */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChannelBenchmark {

	private static final String DATA = "x".repeat(100);

	/** How many messages a channel keeps. */
	@Param({ "0", "100" })
	public int history;

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, Schedulers.parallel());

	private final Channels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 65_536,
			Schedulers.parallel());

	private ChannelSettings settings = ChannelSettings.DEFAULT;

	private @Nullable Channel channel;

	/** Creates the channel that is published on. */
	@Setup
	public void prepare() {
		this.settings = ChannelSettings.DEFAULT.withHistorySize(this.history);
		this.channel = this.channels.create("prices", this.settings).block();
	}

	/** Stops sweeping. */
	@TearDown
	public void dispose() {
		this.broker.dispose();
	}

	@Benchmark
	public Disposable publish() {
		Channel channel = this.channel;
		return (channel != null) ? channel.publish(DATA).subscribe() : Mono.never().subscribe();
	}

	@Benchmark
	public Disposable createAndClose() {
		return this.channels.create(this.settings).flatMap(Channel::close).subscribe();
	}

}
