package io.github.cometspring.netty;

/**
 * A poll, or a request for a stream, on the fast path. Belongs to the event loop of its
 * connection.
 */
interface HeldPoll extends HeldAnswer {

	/**
	 * Starts to serve the poll. Before this returns, the poll may be answered, or be
	 * handed to the default path.
	 * @param arriving the full request of the poll, which is not kept
	 */
	void start(ArrivingPoll arriving);

}
