package io.github.cometspring.metrics;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

import io.github.cometspring.subscription.EndReason;
import io.github.cometspring.subscription.SubscriptionListener;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Transport;

/**
 * Counts the events of clients for {@link CometMeters}. Meters read the counts when they
 * are scraped, so that an event costs the same with any number of registries.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class ClientCounts implements SubscriptionListener {

	private final Counts<Transport> opened = new Counts<>(Transport.class);

	private final Map<Transport, Counts<EndReason>> ended = byTransport(() -> new Counts<>(EndReason.class));

	private final Map<Transport, Counts<DeliveryOutcome>> deliveries = byTransport(
			() -> new Counts<>(DeliveryOutcome.class));

	private final Counts<Transport> sent = new Counts<>(Transport.class);

	private final Counts<PollOutcome> polls = new Counts<>(PollOutcome.class);

	private final Counts<SubscriptionRejectedException.Reason> rejected = new Counts<>(
			SubscriptionRejectedException.Reason.class);

	private final LongAdder gaps = new LongAdder();

	private final Histograms lags = new Histograms();

	/**
	 * Creates counts that are zero.
	 */
	public ClientCounts() {
		// The events add to them.
	}

	private static <T> Map<Transport, T> byTransport(Supplier<T> values) {
		Map<Transport, T> map = new EnumMap<>(Transport.class);
		for (Transport transport : Transport.values()) {
			map.put(transport, values.get());
		}
		return map;
	}

	private static <T> T of(Map<Transport, T> map, Transport transport) {
		T value = map.get(transport);
		if (value == null) {
			throw new IllegalStateException("No value for " + transport);
		}
		return value;
	}

	Counts<Transport> opened() {
		return this.opened;
	}

	Counts<EndReason> ended(Transport transport) {
		return of(this.ended, transport);
	}

	Counts<DeliveryOutcome> deliveries(Transport transport) {
		return of(this.deliveries, transport);
	}

	Counts<Transport> bytesSent() {
		return this.sent;
	}

	Counts<PollOutcome> polls() {
		return this.polls;
	}

	Counts<SubscriptionRejectedException.Reason> rejected() {
		return this.rejected;
	}

	LongAdder gaps() {
		return this.gaps;
	}

	/**
	 * The lags of walks.
	 */
	Histograms lags() {
		return this.lags;
	}

	@Override
	public void connected(Transport transport) {
		this.opened.add(transport, 1);
	}

	@Override
	public void delivered(Transport transport, long messages) {
		of(this.deliveries, transport).add(DeliveryOutcome.DELIVERED, messages);
	}

	@Override
	public void notDelivered(Transport transport, EndReason reason, long messages) {
		of(this.deliveries, transport).add(DeliveryOutcome.of(reason), messages);
	}

	@Override
	public void sent(Transport transport, long bytes) {
		this.sent.add(transport, bytes);
	}

	@Override
	public void walked(Duration lag) {
		this.lags.record(lag);
	}

	@Override
	public void gap(Transport transport, String channel) {
		this.gaps.increment();
	}

	@Override
	public void refused(Transport transport, SubscriptionRejectedException.Reason reason) {
		this.rejected.add(reason, 1);
	}

	@Override
	public void ended(Transport transport, EndReason reason) {
		of(this.ended, transport).add(reason, 1);
		if (transport.isPolling()) {
			this.polls.add(PollOutcome.of(reason), 1);
		}
	}

}
