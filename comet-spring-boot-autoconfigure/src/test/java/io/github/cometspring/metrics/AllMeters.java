package io.github.cometspring.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.PublishCounts;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * All meters that there are.
 */
public final class AllMeters {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final Set<String> NAMES = new TreeSet<>();

	static {
		all().forEach((meter) -> NAMES.add(meter.getId().getName()));
	}

	private AllMeters() {
	}

	/**
	 * The names of all meters.
	 * @return the names, with dots
	 */
	public static Set<String> names() {
		return NAMES;
	}

	/**
	 * All meters, those of Redis included.
	 */
	static List<Meter> all() {
		MeterRegistry registry = new SimpleMeterRegistry();
		InMemoryChannelBroker broker = new InMemoryChannelBroker(10, VirtualTimeScheduler.create());
		ClientCounts counts = new ClientCounts();
		Subscriptions subscriptions = new Subscriptions(broker, new CometControl(TIMEOUT), null,
				new SubscriptionLimits(null, 100, 1000, TIMEOUT), List.of(counts));
		new CometMeters(counts, subscriptions, broker, () -> 0).bindTo(registry);
		new PublishMeters(new PublishCounts()).bindTo(registry);
		new RedisMeters().bindTo(registry);
		// The registry shows the buckets of a histogram as gauges.
		return registry.getMeters()
			.stream()
			.filter((meter) -> !meter.getId().getName().endsWith(".histogram"))
			.toList();
	}

}
