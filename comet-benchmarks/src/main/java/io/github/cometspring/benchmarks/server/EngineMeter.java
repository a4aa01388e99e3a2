package io.github.cometspring.benchmarks.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import reactor.core.scheduler.Schedulers;

/**
 * Measures channels that have no clients, on one thread.
 */
final class EngineMeter {

	private static final int MANY = 100_000;

	private static final Duration SPAN = Duration.ofSeconds(3);

	private static final String DATA = "x".repeat(100);

	private static final ChannelSettings NO_HISTORY = ChannelSettings.DEFAULT.withHistorySize(0);

	private EngineMeter() {
	}

	public static void main(String[] args) {
		Channels channels = new DefaultChannels(new InMemoryChannelBroker(null, Schedulers.parallel()),
				ChannelSettings.DEFAULT, 65_536, Schedulers.parallel());
		double bytes = bytes(channels);
		Channel retained = channels.create("retained", ChannelSettings.DEFAULT.withHistorySize(20)).block();
		Channel unretained = channels.create("unretained", NO_HISTORY).block();
		if (retained == null || unretained == null) {
			throw new IllegalStateException("No channel");
		}
		double retainedRate = rate((i) -> retained.publish(DATA).subscribe());
		double unretainedRate = rate((i) -> unretained.publish(DATA).subscribe());
		double createRate = rate((i) -> channels.create(NO_HISTORY).flatMap(Channel::close).subscribe());
		System.out.printf(
				"RESULT mode=engine publish_per_s=%.0f publish_unretained_per_s=%.0f create_per_s=%.0f channel_bytes=%.1f%n",
				retainedRate, unretainedRate, createRate, bytes);
		System.exit(0);
	}

	private static double bytes(Channels channels) {
		// Objects that are created once do not count
		channels.create("first", NO_HISTORY).block();
		long before = MemoryReport.heap();
		for (int i = 0; i < MANY; i++) {
			channels.create("channel-" + i, NO_HISTORY).block();
		}
		double each = (MemoryReport.heap() - before) / (double) MANY;
		channels.list().concatMap(Channel::close).blockLast();
		return each;
	}

	/**
	 * How often a second an action can be done, after a warm-up of the same length.
	 */
	private static double rate(IntConsumer action) {
		count(action);
		long start = System.nanoTime();
		long done = count(action);
		return done * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - start);
	}

	private static long count(IntConsumer action) {
		long end = System.nanoTime() + SPAN.toNanos();
		long done = 0;
		while (System.nanoTime() < end) {
			for (int i = 0; i < 1000; i++) {
				action.accept(i);
			}
			done += 1000;
		}
		return done;
	}

}
