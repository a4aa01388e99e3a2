package io.github.cometspring.netty;

/**
 * An answer of the fast path that is not complete yet. Belongs to the event loop of its
 * connection.
 */
@FunctionalInterface
interface HeldAnswer {

	/**
	 * The connection has ended, before the answer was complete.
	 */
	void end();

}
