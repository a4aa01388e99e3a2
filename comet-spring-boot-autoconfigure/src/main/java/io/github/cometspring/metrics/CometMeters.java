package io.github.cometspring.metrics;

import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

import io.github.cometspring.channel.BrokerState;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.subscription.EndReason;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * The meters of channels and clients. All of them exist from the beginning, with each
 * combination of their tags, and no tag names a channel or a user.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class CometMeters implements MeterBinder {

	private static final String TRANSPORT = "transport";

	private static final String OUTCOME = "outcome";

	private static final String REASON = "reason";

	private final ClientCounts counts;

	private final Subscriptions subscriptions;

	private final BrokerTotals totals;

	private final LongSupplier published;

	/**
	 * Creates the meters.
	 * @param counts counts the events of clients
	 * @param subscriptions the connected clients
	 * @param broker the broker of the channels
	 * @param published the number of messages that the application has published
	 */
	public CometMeters(ClientCounts counts, Subscriptions subscriptions, ChannelBroker broker, LongSupplier published) {
		this.counts = counts;
		this.subscriptions = subscriptions;
		this.totals = new BrokerTotals(broker, System::nanoTime);
		this.published = published;
	}

	/**
	 * Adds all meters to a registry.
	 * @param registry the registry
	 */
	@Override
	public void bindTo(MeterRegistry registry) {
		bindBroker(registry);
		for (Transport transport : Transport.values()) {
			bindClients(registry, transport);
		}
		Gauge.builder("comet.subscriptions", this.subscriptions, Subscriptions::subscriptions)
			.description("Channels that the connected clients listen to, each counted for each client")
			.register(registry);
		FunctionCounter.builder("comet.messages.published", this.published, LongSupplier::getAsLong)
			.description("Messages that this node has published")
			.register(registry);
		FunctionCounter.builder("comet.gaps", this.counts, (counts) -> counts.gaps().sum())
			.description("Gaps that clients were told about")
			.register(registry);
		for (PollOutcome outcome : PollOutcome.values()) {
			FunctionCounter.builder("comet.polls", this.counts, (counts) -> counts.polls().of(outcome))
				.tag(OUTCOME, outcome.id())
				.description("Polls that were admitted and have ended")
				.register(registry);
		}
		for (SubscriptionRejectedException.Reason reason : SubscriptionRejectedException.Reason.values()) {
			FunctionCounter.builder("comet.rejected", this.counts, (counts) -> counts.rejected().of(reason))
				.tag(REASON, Words.of(reason))
				.description("Requests of clients that were refused entirely")
				.register(registry);
		}
		this.counts.lags()
			.add(registry, "comet.delivery.lag",
					"Time from a publication until it is written to all clients of an event loop");
	}

	private void bindBroker(MeterRegistry registry) {
		total("comet.channels", BrokerState::channels).description("Living channels").register(registry);
		total("comet.history.messages", BrokerState::retained).description("Messages that clients can resume from")
			.register(registry);
		this.totals.whenKnown((known) -> {
			if (known.limit() != null) {
				total("comet.channels.limit", (state) -> number(state.limit()))
					.description("The largest number of channels")
					.register(registry);
			}
			if (known.bytes() != null) {
				total("comet.history.bytes", (state) -> number(state.bytes())).baseUnit(BaseUnits.BYTES)
					.description("Size of the texts of all messages that are kept, in UTF-8")
					.register(registry);
			}
		});
	}

	private Gauge.Builder<BrokerTotals> total(String name, ToDoubleFunction<BrokerState> part) {
		return Gauge.builder(name, this.totals, (totals) -> totals.read(part));
	}

	private static double number(@Nullable Number value) {
		return (value != null) ? value.doubleValue() : Double.NaN;
	}

	private void bindClients(MeterRegistry registry, Transport transport) {
		Gauge.builder("comet.connections", this.subscriptions, (subscriptions) -> subscriptions.connections(transport))
			.tag(TRANSPORT, transport.id())
			.description("Clients that are connected to this node")
			.register(registry);
		FunctionCounter.builder("comet.connections.opened", this.counts, (counts) -> counts.opened().of(transport))
			.tag(TRANSPORT, transport.id())
			.description("Clients that have been admitted")
			.register(registry);
		for (EndReason reason : EndReason.values()) {
			FunctionCounter
				.builder("comet.connections.ended", this.counts, (counts) -> counts.ended(transport).of(reason))
				.tag(TRANSPORT, transport.id())
				.tag(REASON, Words.of(reason))
				.description("Clients that are no longer connected")
				.register(registry);
		}
		for (DeliveryOutcome outcome : DeliveryOutcome.values()) {
			FunctionCounter
				.builder("comet.deliveries", this.counts, (counts) -> counts.deliveries(transport).of(outcome))
				.tag(TRANSPORT, transport.id())
				.tag(OUTCOME, outcome.id())
				.description("Messages that were written to clients, each counted for each client")
				.register(registry);
		}
		FunctionCounter.builder("comet.sent.bytes", this.counts, (counts) -> counts.bytesSent().of(transport))
			.tag(TRANSPORT, transport.id())
			.baseUnit(BaseUnits.BYTES)
			.description("Bytes of answers, events and frames that clients have taken")
			.register(registry);
	}

}
