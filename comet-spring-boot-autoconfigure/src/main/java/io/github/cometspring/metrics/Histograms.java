package io.github.cometspring.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.LongStream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * A histogram of durations in each of several registries. Thread-safe.
 */
final class Histograms {

	private static final Duration[] BUCKETS = LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
		.mapToObj(Duration::ofMillis)
		.toArray(Duration[]::new);

	private volatile Timer[] timers = new Timer[0];

	/**
	 * Adds a registry.
	 * @param registry the registry
	 * @param name the name of the histogram
	 * @param description what it measures
	 */
	synchronized void add(MeterRegistry registry, String name, String description) {
		Timer[] timers = Arrays.copyOf(this.timers, this.timers.length + 1);
		timers[this.timers.length] = Timer.builder(name)
			.description(description)
			.serviceLevelObjectives(BUCKETS)
			.register(registry);
		this.timers = timers;
	}

	void record(Duration duration) {
		for (Timer timer : this.timers) {
			timer.record(duration);
		}
	}

}
