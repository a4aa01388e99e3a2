package io.github.cometspring.actuate;

import java.time.Duration;

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

	/** How long the broker may take. A large sum over Redis takes seconds. */
	private static final Duration LONGEST = Duration.ofSeconds(10);

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
	 * Returns the health. It is down if the broker does not answer within 10 seconds.
	 * @return the health; never an error
	 */
	@Override
	public Mono<Health> health() {
		// A broker of the application may throw, or answer nothing.
		return Mono.defer(this.broker::state)
			.timeout(LONGEST)
			.single()
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
