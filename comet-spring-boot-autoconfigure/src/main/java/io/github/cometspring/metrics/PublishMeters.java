package io.github.cometspring.metrics;

import io.github.cometspring.subscription.PublishCounts;
import io.github.cometspring.subscription.PublishOutcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meter of what is published over HTTP. It exists from the beginning, with each of
 * its tags, and no tag names a channel or a publisher.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PublishMeters implements MeterBinder {

	private final PublishCounts counts;

	/**
	 * Creates the meter.
	 * @param counts counts the messages
	 */
	public PublishMeters(PublishCounts counts) {
		this.counts = counts;
	}

	/**
	 * Adds the meter to a registry.
	 * @param registry the registry
	 */
	@Override
	public void bindTo(MeterRegistry registry) {
		for (PublishOutcome outcome : PublishOutcome.values()) {
			FunctionCounter.builder("comet.http.publications", this.counts, (counts) -> counts.of(outcome))
				.tag("outcome", Words.of(outcome))
				.description("Messages that were published over HTTP, and requests that were refused entirely")
				.register(registry);
		}
	}

}
