package io.github.cometspring.actuate;

import java.util.Locale;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.control.CometCommand;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Subscriptions;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * The operations of the {@code comet} endpoint, for all endpoint technologies.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class CometOperations {

	private static final Logger logger = Loggers.getLogger(CometOperations.class);

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
	 * Carries out a command, and logs who has given it.
	 * @param command the command
	 * @return the resulting state, or an error as for {@link #state()}: the command may
	 * have taken effect nevertheless
	 */
	public Mono<CometState> execute(CometCommand command) {
		return CommandOrigin.current()
			.flatMap((origin) -> this.control.execute(command)
				.doOnSuccess((none) -> logger.info("Command {} given by {}", describe(command), origin))
				.doOnError((ex) -> logger.warn("Command {} given by {} has failed, at least on other nodes: {}",
						describe(command), origin, ex.toString())))
			.onErrorMap(BrokerUnavailableException.class, Unavailable::of)
			.then(state());
	}

	/**
	 * The command as an operator gives it. Of a command that is not known here, only the
	 * name: its arguments may be secrets.
	 */
	private static String describe(CometCommand command) {
		if (command instanceof CometCommand.SetTimeout set) {
			return CometCommand.SetTimeout.NAME + " " + set.timeout() + (set.kill() ? " KILL" : "");
		}
		return command.getClass().getSimpleName().toLowerCase(Locale.ROOT);
	}

}
