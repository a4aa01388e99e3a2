package io.github.cometspring.control;

import reactor.core.publisher.Mono;

/**
 * SPI: sends commands to every node of a cluster, so that {@link CometControl} controls
 * them all. An application that has one declares its own {@code CometControl} bean:
 * <pre class="code">
 * CometControl control = new CometControl(timeout, relay);
 * relay.received().subscribe(control::apply);
 * </pre>
 * <p>
 * An implementation passes every command of any node, in one order, to
 * {@link CometControl#apply(CometCommand)} of each node. A node that starts later gets
 * the commands that bring it into the state of the others, but no
 * {@link CometCommand.OfUser}, which is an event and concerns no later clients.
 * <p>
 * Implementations are thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ControlRelay {

	/**
	 * Sends a command to all nodes, including this one.
	 * @param command the command
	 * @return completes when the command has been sent to all nodes and is in effect on
	 * this one; or an error if it cannot be sent, which the caller of
	 * {@link CometControl} gets
	 */
	Mono<Void> send(CometCommand command);

}
