package io.github.cometspring.netty;

import java.util.function.Supplier;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.server.ServerWebExchange;

/**
 * Upgrades a request to a WebSocket, and completes its exchange when the handshake is
 * answered. Where something in the application waits for the end of the exchange, or the
 * pipeline is not plain, the default strategy is used.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class DirectUpgradeStrategy implements RequestUpgradeStrategy {

	private final RequestUpgradeStrategy fallback;

	private final NettyClientSockets sockets;

	private final WebSocketDecoderConfig decoding;

	/**
	 * Creates a strategy.
	 * @param fallback the strategy to use otherwise
	 * @param sockets the sockets of clients, which know whether they can be taken over
	 * @param maxFramePayloadLength the size of the largest message, in bytes
	 */
	public DirectUpgradeStrategy(RequestUpgradeStrategy fallback, NettyClientSockets sockets,
			int maxFramePayloadLength) {
		this.fallback = fallback;
		this.sockets = sockets;
		this.decoding = WebSocketDecoderConfig.newBuilder().maxFramePayloadLength(maxFramePayloadLength).build();
	}

	@Override
	public Mono<Void> upgrade(ServerWebExchange exchange, WebSocketHandler handler, @Nullable String subProtocol,
			Supplier<HandshakeInfo> handshakeInfo) {
		NettyClientSocket socket = this.sockets.find(exchange.getRequest());
		if (socket == null) {
			return this.fallback.upgrade(exchange, handler, subProtocol, handshakeInfo);
		}
		if (subProtocol != null) {
			// The server reads the original header, which may contain a token as well.
			HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
			request.requestHeaders().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, subProtocol);
		}
		Channel channel = socket.channel();
		FastPathHandler path = (channel.eventLoop().inEventLoop() && socket.isDirect(exchange.getResponse()))
				? channel.pipeline().get(FastPathHandler.class) : null;
		if (path == null || !path.takeover().isPossible()) {
			FrameRules.apply(channel, this.decoding.maxFramePayloadLength());
			return this.fallback.upgrade(exchange, handler, subProtocol, handshakeInfo);
		}
		// Runs the actions of the application before the commit, and applies its headers.
		return exchange.getResponse()
			.setComplete()
			// An action may have left the loop.
			.then(Mono.create((sink) -> socket.loop().run(() -> {
				try {
					upgrade(channel, exchange, handler, subProtocol, sink);
				}
				// The client may have left meanwhile, and the pipeline with it.
				catch (RuntimeException ex) {
					sink.error(channel.isActive() ? ex : new AbortedException(ex));
				}
			})));
	}

	private void upgrade(Channel channel, ServerWebExchange exchange, WebSocketHandler handler,
			@Nullable String subProtocol, MonoSink<Void> sink) {
		HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
		HttpServerResponse response = ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
		HttpHeaders headers = response.responseHeaders().remove(HttpHeaderNames.TRANSFER_ENCODING);
		DefaultHttpRequest head = new DefaultHttpRequest(request.version(), request.method(), request.uri(),
				request.requestHeaders());
		upgrade(channel, head, headers, subProtocol, this.decoding, handler).addListener((written) -> {
			if (written.isSuccess()) {
				sink.success();
			}
			else {
				sink.error(written.cause());
			}
		});
	}

	/**
	 * Answers a handshake, and begins to serve the WebSocket when the answer is written.
	 * @param channel the connection, on its event loop
	 * @param request the head of the handshake
	 * @param headers the headers of the answer, besides those of the handshake
	 * @param subProtocol the subprotocol that is agreed on, or {@code null} for none
	 * @param decoding limits the frames of the client
	 * @param handler serves the WebSocket
	 * @return completes when the answer is written
	 */
	static ChannelFuture upgrade(Channel channel, HttpRequest request, HttpHeaders headers,
			@Nullable String subProtocol, WebSocketDecoderConfig decoding, WebSocketHandler handler) {
		FullHttpRequest full = new DefaultFullHttpRequest(request.protocolVersion(), request.method(), request.uri(),
				Unpooled.EMPTY_BUFFER, request.headers(), EmptyHttpHeaders.INSTANCE);
		ChannelPipeline pipeline = channel.pipeline();
		FrameRules.apply(channel, decoding.maxFramePayloadLength());
		pipeline.remove(NettyPipeline.HttpTrafficHandler);
		WebSocketFrames frames = new WebSocketFrames();
		return new WebSocketServerHandshaker13("", subProtocol, decoding).handshake(channel, full, headers,
				channel.newPromise().addListener((written) -> {
					if (written.isSuccess()) {
						pipeline.addBefore(NettyPipeline.ReactiveBridge, PlainPipeline.AGGREGATOR,
								new WebSocketFrameAggregator(decoding.maxFramePayloadLength()));
						pipeline.addBefore(NettyPipeline.ReactiveBridge, WebSocketFrames.NAME, frames);
						frames.setServing(serve(handler, new DirectWebSocketSession(channel, frames)));
					}
				}));
	}

	private static Disposable serve(WebSocketHandler handler, DirectWebSocketSession session) {
		return Mono.defer(() -> handler.handle(session)).subscribe((none) -> {
		}, (ex) -> session.leave(WebSocketCloseStatus.INTERNAL_SERVER_ERROR),
				() -> session.leave(WebSocketCloseStatus.NORMAL_CLOSURE));
	}

}
