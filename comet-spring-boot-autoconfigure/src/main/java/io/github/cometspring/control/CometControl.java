package io.github.cometspring.control;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Activates and deactivates the service, and sets how long polls are held. The actuator
 * endpoint calls it; an application may too. On several nodes a {@link ControlRelay}
 * sends each command to all of them; the state is that of this node.
 * <p>
 * Thread-safe. Every returned publisher is lazy.
 *
 * @since 0.1.0
 */
public class CometControl {

	/**
	 * The longest timeout: deadlines are counted in nanoseconds of 64 bits.
	 */
	static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

	private final Object lock = new Object();

	private final Sinks.Many<Kill> kills = Sinks.unsafe().many().multicast().directBestEffort();

	private final Sinks.Many<CometCommand.OfUser> userCommands = Sinks.unsafe().many().multicast().directBestEffort();

	private final @Nullable ControlRelay relay;

	private volatile boolean active = true;

	private volatile Duration timeout;

	/**
	 * Creates the control of an active service.
	 * @param timeout how long a poll is held
	 * @throws IllegalArgumentException if the timeout is negative or longer than a year
	 */
	public CometControl(Duration timeout) {
		this.timeout = requireInRange(timeout);
		this.relay = null;
	}

	/**
	 * Creates the control of a service on several nodes. The service is active on this
	 * one.
	 * @param timeout how long a poll is held
	 * @param relay sends each command to all nodes, and back to {@link #apply} of this
	 * @throws IllegalArgumentException if the timeout is negative or longer than a year
	 */
	public CometControl(Duration timeout, ControlRelay relay) {
		this.timeout = requireInRange(timeout);
		this.relay = relay;
	}

	private static Duration requireInRange(Duration timeout) {
		if (timeout.isNegative() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
			throw new IllegalArgumentException("Timeout must be from 0 to 365 days: " + timeout);
		}
		return timeout;
	}

	/**
	 * Resumes all activity. Does nothing if the service is active.
	 * @return completes when new requests are served
	 */
	public Mono<Void> activate() {
		return execute(new CometCommand.Activate());
	}

	/**
	 * Stops all activity: all waiting clients are ended, and new requests are refused,
	 * until {@link #activate()}. Channels stay, and the application can publish on them.
	 * Does nothing if the service is inactive.
	 * @return completes when new requests are refused on this node and the kill has been
	 * sent to waiting clients
	 */
	public Mono<Void> deactivate() {
		return execute(new CometCommand.Deactivate());
	}

	/**
	 * Changes how long polls that begin from now on are held. Waiting polls keep their
	 * timeout.
	 * @param timeout the timeout; zero answers polls at once
	 * @return completes when it is in effect, or {@link IllegalArgumentException} if it
	 * is negative or longer than a year
	 */
	public Mono<Void> setTimeout(Duration timeout) {
		return setTimeout(timeout, false);
	}

	/**
	 * Changes how long polls that begin from now on are held.
	 * @param timeout the timeout; zero answers polls at once
	 * @param kill whether to end all waiting clients, instead of letting them keep their
	 * timeout
	 * @return completes when it is in effect, or {@link IllegalArgumentException} if it
	 * is negative or longer than a year
	 */
	public Mono<Void> setTimeout(Duration timeout, boolean kill) {
		return Mono.defer(() -> execute(new CometCommand.SetTimeout(requireInRange(timeout), kill)));
	}

	/**
	 * Ends all clients of a user, on all nodes. They are told to log in again: event
	 * streams by the event {@code expired}, WebSockets by the close code 4401, polls by
	 * 401. To keep the user out, the application also ends the session or stops to issue
	 * tokens, because a client whose token is still accepted may come back.
	 * <p>
	 * It reaches the clients whose users Comet knows: those of applications that have a
	 * {@code ChannelAuthorizer} or use Spring Security.
	 * @param principalName the name of the user
	 * @return completes when the order has been sent, or {@link IllegalArgumentException}
	 * if the name is empty
	 */
	public Mono<Void> disconnect(String principalName) {
		return Mono.defer(() -> execute(new CometCommand.Disconnect(principalName)));
	}

	/**
	 * Ends the clients of a user that read a channel, on all nodes, in the same way as
	 * {@link #disconnect}. When they come back, the authorizer decides anew about all
	 * their channels.
	 * @param channel the id of the channel
	 * @param principalName the name of the user
	 * @return completes when the order has been sent, or {@link IllegalArgumentException}
	 * if the id or the name is empty
	 */
	public Mono<Void> revoke(String channel, String principalName) {
		return Mono.defer(() -> execute(new CometCommand.Revoke(channel, principalName)));
	}

	/**
	 * Executes a command.
	 * @param command the command
	 * @return completes when it is in effect on this node, and has been sent to the
	 * others if there are any
	 */
	public Mono<Void> execute(CometCommand command) {
		ControlRelay relay = this.relay;
		return (relay != null) ? Mono.defer(() -> relay.send(command)) : Mono.fromRunnable(() -> apply(command));
	}

	/**
	 * Applies a command to this node only: for a {@link ControlRelay}, which calls this
	 * for every command that any node has sent. A command that changes nothing has no
	 * effect, except a timeout with {@code kill}.
	 * @param command the command
	 * @throws IllegalArgumentException if the timeout is negative or longer than a year,
	 * or if this does not know the command
	 */
	public void apply(CometCommand command) {
		synchronized (this.lock) {
			if (command instanceof CometCommand.SetTimeout set) {
				this.timeout = requireInRange(set.timeout());
				if (set.kill()) {
					this.kills.tryEmitNext(Kill.TIMEOUT_CHANGED);
				}
			}
			else if (command instanceof CometCommand.OfUser ofUser) {
				this.userCommands.tryEmitNext(ofUser);
			}
			else if (command instanceof CometCommand.Activate) {
				this.active = true;
			}
			else if (!(command instanceof CometCommand.Deactivate)) {
				throw new IllegalArgumentException("Unknown command: " + command);
			}
			else if (this.active) {
				this.active = false;
				this.kills.tryEmitNext(Kill.DEACTIVATED);
			}
		}
	}

	/**
	 * Whether requests are served.
	 * @return {@code false} from {@link #deactivate()} to {@link #activate()}
	 */
	public boolean isActive() {
		return this.active;
	}

	/**
	 * How long a poll that begins now is held.
	 * @return the timeout
	 */
	public Duration timeout() {
		return this.timeout;
	}

	/**
	 * The orders to end all waiting clients. Subscribers are called with one order at a
	 * time. They must request without bound and return at once.
	 * @return the orders from now on
	 */
	public Flux<Kill> kills() {
		return this.kills.asFlux();
	}

	/**
	 * The orders to end clients of a user. Subscribers are called with one order at a
	 * time. They must request without bound and return at once.
	 * @return the orders from now on
	 */
	public Flux<CometCommand.OfUser> userCommands() {
		return this.userCommands.asFlux();
	}

}
