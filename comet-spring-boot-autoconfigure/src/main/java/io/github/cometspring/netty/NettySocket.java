package io.github.cometspring.netty;

import java.time.Duration;

import io.github.cometspring.web.SocketWriter;
import io.github.cometspring.web.WriteListener;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a stream. Belongs to its event loop.
 */
final class NettySocket implements SocketWriter {

	private final Channel channel;

	private final Duration patience;

	private final ReactorNettyEventLoops eventLoops;

	private @Nullable ChannelHandlerContext wire;

	private @Nullable Runnable ending;

	NettySocket(Channel channel, Duration patience, ReactorNettyEventLoops eventLoops) {
		this.channel = channel;
		this.patience = patience;
		this.eventLoops = eventLoops;
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
		this.eventLoops.watch(this.channel, this.patience, listener);
	}

	@Override
	public boolean takeOver(Runnable gone) {
		FastPathHandler handler = this.channel.pipeline().get(FastPathHandler.class);
		HeldAnswer stream = gone::run;
		if (handler == null || !handler.takeOver(stream)) {
			return false;
		}
		this.ending = () -> handler.complete(stream);
		return true;
	}

	@Override
	public void end() {
		if (this.ending != null) {
			this.ending.run();
		}
	}

	private @Nullable ChannelHandlerContext wire() {
		ChannelHandlerContext wire = this.wire;
		if (wire == null || wire.isRemoved()) {
			wire = PlainPipeline.wire(this.channel.pipeline());
			this.wire = wire;
		}
		return wire;
	}

}
