package io.github.cometspring.netty;

import java.time.Duration;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.web.ClientSocket;
import io.github.cometspring.web.DetachedClient;
import io.github.cometspring.web.Poll;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.WriteListener;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * The socket of a request, for as long as the request, or its stream, lasts.
 */
final class NettyClientSocket implements ClientSocket {

	private final Channel channel;

	private final NettyClientSockets sockets;

	/**
	 * Whether streams may be written direct, without the server's codecs, as far as the
	 * request shows.
	 */
	private final boolean direct;

	private @Nullable ChannelHandlerContext wire;

	private @Nullable Runnable ending;

	NettyClientSocket(Channel channel, NettyClientSockets sockets, boolean direct) {
		this.channel = channel;
		this.sockets = sockets;
		this.direct = direct;
	}

	Channel channel() {
		return this.channel;
	}

	@Override
	public EventLoop loop() {
		return this.sockets.loop(this.channel);
	}

	@Override
	public Deadlines writeDeadlines() {
		return this.sockets.writeDeadlines();
	}

	@Override
	public void watch(WriteListener listener) {
		// A stream of HTTP/2 has no socket of its own.
		if (this.channel.parent() instanceof ServerChannel) {
			loop().run(() -> this.sockets.watch(this.channel, listener));
		}
		else {
			listener.taken();
		}
	}

	@Override
	public void cut() {
		loop().run(() -> {
			if (this.channel.isOpen()) {
				// Else the kernel keeps the bytes that the client does not take.
				this.channel.config().setOption(ChannelOption.SO_LINGER, 0);
				this.channel.close();
			}
		});
	}

	@Override
	public void streaming(Duration heartbeat) {
		UserTimeout.set(this.channel, this.sockets.writeTimeout().plus(heartbeat));
	}

	@Override
	public void upgraded() {
		ClosedWebSocketHandler.watch(this.channel);
	}

	@Override
	public boolean isDirect(ServerHttpResponse response) {
		// A filter that has decorated the response of the server must see all writes.
		boolean undecorated = response instanceof AbstractServerHttpResponse serverResponse
				&& serverResponse.getNativeResponse() instanceof HttpServerResponse nettyResponse
				&& nettyResponse.version().equals(HttpVersion.HTTP_1_1);
		return this.direct && undecorated && PlainPipeline.isPlain(this.channel);
	}

	@Override
	public void write(byte[] bytes, WriteListener listener) {
		write(bytes, false, listener);
	}

	@Override
	public void writeShared(byte[] bytes, WriteListener listener) {
		write(bytes, true, listener);
	}

	private void write(byte[] bytes, boolean shared, WriteListener listener) {
		if (bytes.length > 0) {
			ChannelHandlerContext wire = wire();
			if (wire == null) {
				listener.lost();
				return;
			}
			wire.writeAndFlush(shared ? SharedBuffers.of(this.channel.eventLoop()).buffer(bytes, this.channel.alloc())
					: Unpooled.wrappedBuffer(bytes));
		}
		this.sockets.watch(this.channel, listener);
	}

	private @Nullable ChannelHandlerContext wire() {
		ChannelHandlerContext wire = this.wire;
		if (wire == null || wire.isRemoved()) {
			wire = PlainPipeline.wire(this.channel.pipeline());
			this.wire = wire;
		}
		return wire;
	}

	@Override
	public boolean takeOver(Runnable gone) {
		FastPathHandler handler = this.channel.pipeline().get(FastPathHandler.class);
		HeldAnswer stream = gone::run;
		if (handler == null || !handler.takeover().takeOver(stream)) {
			return false;
		}
		this.ending = () -> handler.complete(stream);
		return true;
	}

	/**
	 * Notes that the fast path has opened the stream, so that {@link #end()} completes
	 * its answer.
	 */
	void opened(FastPathHandler handler, HeldAnswer stream) {
		this.ending = () -> handler.complete(stream);
	}

	@Override
	public @Nullable DetachedClient detach(ServerHttpResponse response, Poll poll, PollDialect dialect) {
		FastPathHandler handler = isDirect(response) ? this.channel.pipeline().get(FastPathHandler.class) : null;
		if (handler == null) {
			return null;
		}
		DetachedPoll detached = new DetachedPoll(poll, dialect, handler, this.sockets);
		return handler.takeover().detach(detached) ? detached : null;
	}

	@Override
	public void end() {
		if (this.ending != null) {
			this.ending.run();
		}
	}

}
