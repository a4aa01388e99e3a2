package io.github.cometspring.netty;

/**
 * A request on the fast path: a poll, one for a stream, or that of a publisher. Belongs
 * to the event loop of its connection.
 */
interface HeldRequest extends HeldAnswer {

	/**
	 * Starts to serve the request. Before this returns, the request may be answered, or
	 * be handed to the default path.
	 * @param arriving the full request, which is not kept
	 */
	void start(ArrivingRequest arriving);

}
