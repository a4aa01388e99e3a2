package io.github.cometspring.netty;

import java.io.IOException;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import reactor.netty.NettyPipeline;

/**
 * Closes a connection that the client has reset, behind the handlers of the application,
 * which still see the failure. Reactor Netty would log it as an error where nobody reads
 * the body of the request, and would not cancel what is being done for the client.
 * <p>
 * Thread-safe.
 */
@ChannelHandler.Sharable
final class FailedClientHandler extends ChannelInboundHandlerAdapter {

	private static final String NAME = "comet.failedClient";

	private static final FailedClientHandler INSTANCE = new FailedClientHandler();

	private FailedClientHandler() {
	}

	/**
	 * Hands on a failure of the connection, and stops it before the server.
	 * @param context the handler that has received the failure
	 * @param cause the failure
	 */
	static void handOn(ChannelHandlerContext context, Throwable cause) {
		ChannelPipeline pipeline = context.pipeline();
		// Not earlier, since few connections fail and all would keep the handler.
		if (cause instanceof IOException && pipeline.get(NettyPipeline.ReactiveBridge) != null
				&& pipeline.get(NAME) == null) {
			pipeline.addBefore(NettyPipeline.ReactiveBridge, NAME, INSTANCE);
		}
		context.fireExceptionCaught(cause);
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (cause instanceof IOException) {
			context.close();
		}
		else {
			context.fireExceptionCaught(cause);
		}
	}

}
