package io.github.cometspring.netty;

/**
 * An answer that is not complete yet, and about which only this package knows. Belongs to
 * the event loop of its connection.
 */
@FunctionalInterface
interface HeldAnswer {

	/**
	 * The connection has ended, or the answer goes another way.
	 */
	void end();

}
