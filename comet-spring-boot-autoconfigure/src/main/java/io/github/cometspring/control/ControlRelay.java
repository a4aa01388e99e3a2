package io.github.cometspring.control;

import reactor.core.publisher.Mono;

/**
 * SPI: carries commands to every node of a cluster, so that {@link CometControl} controls
 * them all. An application that has one declares its own {@code CometControl} bean:
 * <pre class="code">
 * CometControl control = new CometControl(timeout, relay);
 * relay.received().subscribe(control::apply);
 * </pre> Whoever implements this hands every command that any node sends, in one order,
 * to {@link CometControl#apply(CometCommand)} of each node, and to a node that starts
 * later the commands that bring it into the state of the others.
 * <p>
 * Implementations are thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ControlRelay {

	/**
	 * Sends a command to all nodes, of which this is one.
	 * @param command the command
	 * @return completes when the command is on its way to all nodes and in force on this
	 * one; or an error if it cannot be sent, which is handed on to whoever gave it
	 */
	Mono<Void> send(CometCommand command);

}
