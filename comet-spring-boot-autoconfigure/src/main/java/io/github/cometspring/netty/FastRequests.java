package io.github.cometspring.netty;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.CometWebSocketHandler;
import io.github.cometspring.web.PollTerms;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import org.jspecify.annotations.Nullable;

/**
 * The path of all requests that the fast path serves: polls, event streams and the
 * handshakes of WebSockets.
 *
 * @param sockets the sockets of clients
 * @param subscriptions the subscriptions that streams open
 * @param webSockets serves WebSockets, or {@code null} if handshakes are left to the
 * server
 * @param decoding limits the frames of WebSockets
 */
record FastRequests(NettyClientSockets sockets, Subscriptions subscriptions, @Nullable CometWebSocketHandler webSockets,
		WebSocketDecoderConfig decoding) implements PollPath {

	@Override
	public HeldRequest newPoll(ArrivingRequest arriving, FastPathHandler handler, ChannelHandlerContext context) {
		PollTerms terms = arriving.terms();
		if (terms != null) {
			return new FastPoll(terms, this.sockets, handler, context);
		}
		if (this.webSockets != null && PlainRequests.isHandshake(arriving.head())) {
			return new FastHandshake(this.webSockets, this.decoding, this.sockets, handler, context.channel());
		}
		return new FastStream(this.subscriptions, handler,
				new NettyClientSocket(context.channel(), this.sockets, true));
	}

}
