package io.github.cometspring.netty;

import java.net.InetSocketAddress;

import io.github.cometspring.subscription.ClientAddress;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.web.CometWebSocketHandler;
import io.github.cometspring.web.WriteListener;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import org.jspecify.annotations.Nullable;

/**
 * The handshake of a WebSocket on the fast path. One that is refused is handed to the
 * default path, which refuses it. Belongs to the event loop of its connection.
 */
final class FastHandshake implements HeldRequest, ClientAddress, WriteListener {

	private final CometWebSocketHandler webSockets;

	private final WebSocketDecoderConfig decoding;

	private final NettyClientSockets sockets;

	private final FastPathHandler handler;

	private final Channel channel;

	FastHandshake(CometWebSocketHandler webSockets, WebSocketDecoderConfig decoding, NettyClientSockets sockets,
			FastPathHandler handler, Channel channel) {
		this.webSockets = webSockets;
		this.decoding = decoding;
		this.sockets = sockets;
		this.handler = handler;
		this.channel = channel;
	}

	@Override
	public void start(ArrivingRequest arriving) {
		NettyClientSocket socket = new NettyClientSocket(this.channel, this.sockets, true);
		ConnectedClient client = this.webSockets.tryConnect(socket, this);
		if (client == null) {
			this.handler.handOn(this);
			return;
		}
		try {
			upgrade(arriving.head(), socket, client);
		}
		catch (RuntimeException | Error ex) {
			client.close();
			this.channel.close();
			throw ex;
		}
	}

	private void upgrade(HttpRequest head, NettyClientSocket socket, ConnectedClient client) {
		HttpHeaders headers = new DefaultHttpHeaders();
		CometWebSocketHandler.HEADERS.forEach((header) -> headers.add(header.getKey(), header.getValue()));
		CometWebSocketHandler webSockets = this.webSockets;
		DirectUpgradeStrategy
			.upgrade(this.channel, head, headers, head.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL),
					this.decoding, (session) -> webSockets.serve(session, client, socket))
			.addListener((written) -> {
				if (!written.isSuccess()) {
					client.close();
					this.channel.close();
				}
			});
		// A client that does not take the answer is disconnected.
		this.sockets.watch(this.channel, this);
	}

	@Override
	public @Nullable InetSocketAddress remoteAddress() {
		return this.handler.remoteAddress();
	}

	@Override
	public void taken() {
		// The WebSocket has begun.
	}

	@Override
	public void lost() {
		// The answer has failed as well.
	}

	@Override
	public void end() {
		// The handler of the fast path is removed when the answer is written.
	}

}
