package io.github.cometspring.netty;

/**
 * A poll that does not go the ordinary way. Belongs to the event loop of its connection.
 */
interface HeldPoll extends HeldAnswer {

	/**
	 * Begins to answer. The poll may be answered before this returns.
	 */
	void start();

}
