package io.github.cometspring.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether the codec after it has bytes that it cannot decode yet, such as half a
 * head. The codec itself does not say so. It decodes a buffer in place, and appends later
 * bytes to it. Belongs to the event loop of the connection.
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
			// The memory may be reused soon.
			this.buffer = null;
		}
		return this.buffer != null;
	}

}
