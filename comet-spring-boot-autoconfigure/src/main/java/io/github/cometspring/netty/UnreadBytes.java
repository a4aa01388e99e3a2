package io.github.cometspring.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the codec behind it still has bytes of which it can make nothing yet, as
 * of half a head: the codec itself does not tell. It reads a buffer where it is, and
 * appends to it what comes later. Belongs to the event loop of the connection.
 */
final class UnreadBytes extends ChannelInboundHandlerAdapter {

	private @Nullable ByteBuf buffer;

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (message instanceof ByteBuf piece && !any()) {
			this.buffer = piece;
		}
		context.fireChannelRead(message);
	}

	/**
	 * Whether there are any.
	 * @return {@code false} also if the codec had to move them to a larger buffer
	 */
	boolean any() {
		ByteBuf buffer = this.buffer;
		if (buffer != null && (buffer.refCnt() == 0 || !buffer.isReadable())) {
			// The memory may be another's soon.
			this.buffer = null;
		}
		return this.buffer != null;
	}

}
