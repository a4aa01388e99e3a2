package io.github.cometspring.netty;

import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * A path of polls other than the default path: the filter path or the bypass.
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

	/**
	 * Whether this path is the bypass, so that nothing in the application waits for the
	 * end of an exchange.
	 */
	boolean bypassesWebFlux();

}
