package io.github.cometspring.netty;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.web.WriteListener;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;

/**
 * What waits in a connection because the client is slow to take it. Reactor Netty counts
 * an answer as sent as soon as it has been queued, which says nothing about the client.
 * Belongs to the event loop of the connection.
 */
final class PendingWrite {

	private final Channel channel;

	private final Duration patience;

	private final ChannelPromise end;

	private long bytes = -1;

	private long progress = -1;

	private PendingWrite(Channel channel, Duration patience, ChannelPromise end) {
		this.channel = channel;
		this.patience = patience;
		this.end = end;
	}

	/**
	 * Watches a connection until it has nothing to write, which is mostly at once.
	 * @param channel the connection
	 * @param patience how long nothing at all may be taken before the connection is
	 * closed
	 * @param listener is told whether everything was taken, or the connection was closed
	 * before
	 */
	static void watch(Channel channel, Duration patience, WriteListener listener) {
		ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
		ChannelHandlerContext first = channel.pipeline().firstContext();
		if (pending == null || first == null) {
			listener.lost();
		}
		else if (pending.isEmpty()) {
			listener.taken();
		}
		else {
			ChannelPromise end = channel.newPromise();
			end.addListener((future) -> {
				if (future.isSuccess()) {
					listener.taken();
				}
				else {
					listener.lost();
				}
			});
			new PendingWrite(channel, patience, end).check();
			// Beside the codecs, behind all that they have written
			first.writeAndFlush(Unpooled.EMPTY_BUFFER, end);
		}
	}

	private void check() {
		ChannelOutboundBuffer pending = this.channel.unsafe().outboundBuffer();
		if (this.end.isDone() || pending == null) {
			return;
		}
		long bytes = pending.totalPendingWriteBytes();
		long progress = progress(pending);
		if (bytes == this.bytes && progress == this.progress) {
			this.channel.unsafe().close(this.channel.newPromise());
			return;
		}
		this.bytes = bytes;
		this.progress = progress;
		this.channel.eventLoop().schedule(this::check, this.patience.toNanos(), TimeUnit.NANOSECONDS);
	}

	private static long progress(ChannelOutboundBuffer pending) {
		return !pending.isEmpty() ? pending.currentProgress() : 0;
	}

}
