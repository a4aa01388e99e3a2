package io.github.cometspring.metrics;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.redis.RedisListener;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meters of a node's connections to Redis.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class RedisMeters implements MeterBinder, RedisListener {

	private final Map<String, Calls> calls = new TreeMap<>();

	private final Counts<Connection> reconnects = new Counts<>(Connection.class);

	private final Histograms lags = new Histograms();

	/**
	 * Creates meters that are zero.
	 */
	public RedisMeters() {
		RedisListener.scripts().forEach((script) -> this.calls.put(script, new Calls()));
	}

	/**
	 * Adds all meters to a registry.
	 * @param registry the registry
	 */
	@Override
	public void bindTo(MeterRegistry registry) {
		this.calls.forEach((script, calls) -> {
			for (Outcome outcome : Outcome.values()) {
				FunctionTimer
					.builder("comet.redis.calls", calls, (each) -> each.count.of(outcome),
							(each) -> each.nanoseconds.of(outcome), TimeUnit.NANOSECONDS)
					.tag("script", script)
					.tag("outcome", Words.of(outcome))
					.description("Calls of scripts on Redis")
					.register(registry);
			}
		});
		for (Connection connection : Connection.values()) {
			FunctionCounter.builder("comet.redis.reconnects", this.reconnects, (each) -> each.of(connection))
				.tag("connection", Words.of(connection))
				.description("Connections to Redis that have been replaced")
				.register(registry);
		}
		this.lags.add(registry, "comet.redis.feed.lag", "Time until this node hears what it publishes through Redis");
	}

	@Override
	public void called(String script, Outcome outcome, Duration time) {
		Calls calls = this.calls.get(script);
		if (calls != null) {
			calls.count.add(outcome, 1);
			calls.nanoseconds.add(outcome, time.toNanos());
		}
	}

	@Override
	public void received(Duration lag) {
		this.lags.record(lag);
	}

	@Override
	public void reconnected(Connection connection) {
		this.reconnects.add(connection, 1);
	}

	/**
	 * The calls of one script.
	 */
	private static final class Calls {

		private final Counts<Outcome> count = new Counts<>(Outcome.class);

		private final Counts<Outcome> nanoseconds = new Counts<>(Outcome.class);

	}

}
