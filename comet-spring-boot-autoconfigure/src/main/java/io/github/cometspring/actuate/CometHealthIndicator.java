package io.github.cometspring.actuate;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Subscriptions;
import reactor.core.publisher.Mono;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;

/**
 * The health contributor {@code comet}: down while the broker cannot be reached or does
 * not accept messages. Whether requests are served is a detail, as the operator has
 * decided it.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class CometHealthIndicator implements ReactiveHealthIndicator {

	private final CometControl control;

	private final ChannelBroker broker;

	private final Subscriptions subscriptions;

	/**
	 * Creates the contributor.
	 * @param control the control of the service
	 * @param broker the broker of the channels
	 * @param subscriptions the connected clients
	 */
	public CometHealthIndicator(CometControl control, ChannelBroker broker, Subscriptions subscriptions) {
		this.control = control;
		this.broker = broker;
		this.subscriptions = subscriptions;
	}

	/**
	 * Returns the health.
	 * @return the health; never an error
	 */
	@Override
	public Mono<Health> health() {
		return this.broker.state()
			.map((state) -> describe(Health.up()).withDetail("channels", state.channels()).build())
			.onErrorResume((ex) -> Mono.fromSupplier(() -> describe(Health.down(ex))
				// Says what the store has answered
				.withDetail("cause", String.valueOf(innermost(ex).getMessage()))
				.build()));
	}

	private Health.Builder describe(Health.Builder health) {
		return health.withDetail("active", this.control.isActive())
			.withDetail("connections", CometState.connections(this.subscriptions));
	}

	private static Throwable innermost(Throwable ex) {
		Throwable innermost = ex;
		while (innermost.getCause() != null) {
			innermost = innermost.getCause();
		}
		return innermost;
	}

}
