package io.github.cometspring.netty;

import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * The path of polls that the fast path serves.
 * <p>
 * Implementations are thread-safe.
 */
interface PollPath {

	/**
	 * Admits a poll.
	 * @param arriving the full request of the poll
	 * @param handler the handler of its connection
	 * @param context the context to which the answer is written
	 * @return the poll, or {@code null} if it has to take the default path
	 */
	@Nullable HeldPoll admit(ArrivingPoll arriving, FastPathHandler handler, ChannelHandlerContext context);

}
