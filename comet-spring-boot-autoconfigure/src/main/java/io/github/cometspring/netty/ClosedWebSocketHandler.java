package io.github.cometspring.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import reactor.netty.NettyPipeline;

/**
 * Ignores frames that a client sends after its WebSocket has been closed, and a client
 * that leaves in the middle of a message. Neither is an error of the server, and Reactor
 * Netty would log it as one. Belongs to the event loop of the connection.
 */
final class ClosedWebSocketHandler extends ChannelDuplexHandler {

	// Reactor Netty adds the frame aggregator before handlers with this prefix.
	static final String NAME = NettyPipeline.RIGHT + "comet.closedWebSocket";

	/**
	 * Whether the server has sent a close frame.
	 */
	private boolean closed;

	private ClosedWebSocketHandler() {
	}

	/**
	 * Watches the connection of a WebSocket.
	 * @param channel the connection
	 */
	static void watch(Channel channel) {
		ChannelPipeline pipeline = channel.pipeline();
		boolean direct = pipeline.get(WebSocketFrames.class) != null;
		if (!direct && pipeline.get(NettyPipeline.ReactiveBridge) != null) {
			pipeline.addBefore(NettyPipeline.ReactiveBridge, NAME, new ClosedWebSocketHandler());
		}
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		this.closed = this.closed || message instanceof CloseWebSocketFrame;
		context.write(message, promise);
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (this.closed) {
			ReferenceCountUtil.release(message);
		}
		else {
			context.fireChannelRead(message);
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (!(cause instanceof PrematureChannelClosureException) && !(this.closed && cause instanceof CodecException)) {
			context.fireExceptionCaught(cause);
		}
	}

}
