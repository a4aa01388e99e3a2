package io.github.cometspring.netty;

/**
 * A poll that does not go the ordinary way. Belongs to the event loop of its connection.
 */
interface HeldPoll extends HeldAnswer {

	/**
	 * Begins to answer. The poll may be answered before this returns, or have gone the
	 * ordinary way.
	 * @param arriving the poll, all of it, which is not kept
	 */
	void start(ArrivingPoll arriving);

}
