package io.github.cometspring.netty;

import io.netty.channel.ChannelHandlerContext;

/**
 * The path of polls, and of requests for streams, that the fast path serves.
 * <p>
 * Implementations are thread-safe.
 */
interface PollPath {

	/**
	 * Makes a poll of a full request. It is started by the caller.
	 * @param arriving the full request of the poll
	 * @param handler the handler of its connection
	 * @param context the context to which the answer is written
	 * @return the poll, not yet started
	 */
	HeldRequest newPoll(ArrivingRequest arriving, FastPathHandler handler, ChannelHandlerContext context);

}
