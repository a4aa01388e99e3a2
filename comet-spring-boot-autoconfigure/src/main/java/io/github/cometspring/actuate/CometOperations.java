package io.github.cometspring.actuate;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.control.CometCommand;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Subscriptions;
import reactor.core.publisher.Mono;

/**
 * The operations of the {@code comet} endpoint, for all endpoint technologies.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class CometOperations {

	private final CometControl control;

	private final ChannelBroker broker;

	private final Subscriptions subscriptions;

	/**
	 * Creates the operations.
	 * @param control the control of the service
	 * @param broker the broker of the channels
	 * @param subscriptions the connected clients
	 */
	public CometOperations(CometControl control, ChannelBroker broker, Subscriptions subscriptions) {
		this.control = control;
		this.broker = broker;
		this.subscriptions = subscriptions;
	}

	/**
	 * Returns the state of the service.
	 * @return the state; an error that is answered with 503 if the broker cannot be
	 * reached
	 */
	public Mono<CometState> state() {
		return this.broker.state()
			.map((sums) -> new CometState(this.control.isActive(), this.control.timeout().toString(),
					new CometState.ChannelUse(sums.channels(), sums.limit()),
					CometState.connections(this.subscriptions), new CometState.HistoryUse(sums.retained())))
			.onErrorMap(BrokerUnavailableException.class, Unavailable::of);
	}

	/**
	 * Carries out a command.
	 * @param command the command
	 * @return the resulting state, or an error as for {@link #state()}: the command may
	 * have taken effect nevertheless
	 */
	public Mono<CometState> execute(CometCommand command) {
		return this.control.execute(command)
			.onErrorMap(BrokerUnavailableException.class, Unavailable::of)
			.then(state());
	}

}
