package io.github.cometspring.netty;

import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * A way that polls can go beside the server's own.
 * <p>
 * Implementations are thread-safe.
 */
interface PollPath {

	/**
	 * Admits a poll.
	 * @param arriving the poll, all of it
	 * @param handler what serves its connection
	 * @param context where the answer goes
	 * @return the poll, or {@code null} if it has to go the ordinary way
	 */
	@Nullable HeldPoll admit(ArrivingPoll arriving, FastPathHandler handler, ChannelHandlerContext context);

	/**
	 * Whether this way leads around WebFlux, where nobody waits for the end of an
	 * exchange.
	 */
	boolean bypassesWebFlux();

}
