package io.github.cometspring.netty;

import java.net.URI;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.channel.AbortedException;

import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.adapter.NettyWebSocketSessionSupport;

/**
 * A WebSocket whose exchange is complete. It keeps nothing of the exchange, not even the
 * handshake, as very many may be open. Belongs to the event loop of its connection.
 */
final class DirectWebSocketSession extends NettyWebSocketSessionSupport<Channel> {

	private static final HandshakeInfo NO_HANDSHAKE = new HandshakeInfo(URI.create("/"), HttpHeaders.EMPTY,
			Mono.empty(), null);

	private static final NettyDataBufferFactory BUFFERS = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);

	private final WebSocketFrames frames;

	DirectWebSocketSession(Channel channel, WebSocketFrames frames) {
		super(channel, NO_HANDSHAKE, BUFFERS);
		this.frames = frames;
	}

	@Override
	public Flux<WebSocketMessage> receive() {
		return this.frames.receive().map(this::toMessage);
	}

	@Override
	public Mono<Void> send(Publisher<WebSocketMessage> messages) {
		return Flux.from(messages).map(this::toFrame).concatMap(this::write).then();
	}

	private Mono<Void> write(WebSocketFrame frame) {
		return Mono.create((sink) -> getDelegate().writeAndFlush(frame, promise(sink)));
	}

	@Override
	public boolean isOpen() {
		return getDelegate().isActive() && !this.frames.isClosing();
	}

	@Override
	public Mono<Void> close(CloseStatus status) {
		return Mono.create((sink) -> this.frames.close(new CloseWebSocketFrame(status.getCode(), status.getReason()),
				promise(sink)));
	}

	/**
	 * Closes the WebSocket, as its handler has ended.
	 */
	void leave(WebSocketCloseStatus status) {
		this.frames.close(new CloseWebSocketFrame(status), getDelegate().newPromise());
	}

	private ChannelPromise promise(MonoSink<Void> sink) {
		return getDelegate().newPromise().addListener((future) -> {
			if (future.isSuccess()) {
				sink.success();
			}
			else {
				sink.error(new AbortedException(future.cause()));
			}
		});
	}

	@Override
	public Mono<CloseStatus> closeStatus() {
		return Mono.empty();
	}

}
