package io.github.cometspring.netty;

import io.netty.channel.ChannelHandlerContext;

/**
 * Serves requests on the fast path: those of clients and publishers, or polls that repeat
 * another.
 * <p>
 * Implementations are thread-safe.
 */
interface PollPath {

	/**
	 * Makes the poll, stream, handshake or publication that answers a request. The caller
	 * starts it. To be called on the event loop of the connection.
	 * @param arriving the request, all parts of which have arrived
	 * @param handler the handler of its connection
	 * @param context the context to which the answer is written
	 * @return what answers the request, not started yet
	 */
	HeldRequest newPoll(ArrivingRequest arriving, FastPathHandler handler, ChannelHandlerContext context);

}
