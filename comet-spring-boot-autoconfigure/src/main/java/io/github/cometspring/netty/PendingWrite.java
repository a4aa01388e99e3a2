package io.github.cometspring.netty;

import java.time.Duration;

import io.github.cometspring.subscription.Countdown;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.web.WriteListener;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;

/**
 * What waits in one connection until its client, or the kernel, takes it. Reactor Netty
 * counts an answer as sent as soon as it has been queued, which says nothing about the
 * client. However many writes wait, there is one deadline for the connection: where the
 * kernel writes by itself, as with io_uring, each of them waits for a moment. Belongs to
 * the event loop of the connection.
 */
final class PendingWrite {

	/**
	 * A client for which a write had to wait longer is slow. The kernel would take it for
	 * gone: it does not count what is taken bit by bit through a window that is mostly
	 * shut.
	 */
	private static final long SLOW = Duration.ofSeconds(1).toNanos();

	private final Channel channel;

	private final EventLoop loop;

	private final Countdown countdown;

	/**
	 * How many writes wait.
	 */
	private int waiting;

	/**
	 * How many have waited.
	 */
	private long over;

	private boolean slow;

	private boolean givenUp;

	// How things stood when the deadline was set

	private long bytesThen;

	private long progressThen;

	private long overThen;

	private long then;

	/**
	 * Creates the watch over a connection.
	 * @param channel the connection
	 * @param loop its event loop
	 * @param patience how long nothing at all may be taken before the connection is
	 * closed
	 */
	PendingWrite(Channel channel, EventLoop loop, Deadlines patience) {
		this.channel = channel;
		this.loop = loop;
		this.countdown = patience.countdown(loop, this::judge);
	}

	/**
	 * Waits until all that has been written so far is taken.
	 * @param listener is told whether it was, or the connection was closed before
	 */
	void add(WriteListener listener) {
		ChannelHandlerContext first = this.channel.pipeline().firstContext();
		if (first == null) {
			listener.lost();
			return;
		}
		ChannelPromise end = this.channel.newPromise();
		end.addListener((future) -> {
			finished(future.isSuccess());
			if (future.isSuccess()) {
				listener.taken();
			}
			else if (this.givenUp) {
				listener.stalled();
			}
			else {
				listener.lost();
			}
		});
		this.waiting++;
		// Beside the codecs, behind all that they have written
		first.writeAndFlush(Unpooled.EMPTY_BUFFER, end);
		ChannelOutboundBuffer pending = this.channel.unsafe().outboundBuffer();
		if (this.waiting == 1 && pending != null) {
			begin(pending);
		}
	}

	private void begin(ChannelOutboundBuffer pending) {
		this.bytesThen = pending.totalPendingWriteBytes();
		this.progressThen = progress(pending);
		this.overThen = this.over;
		this.then = this.loop.nanoTime();
		this.countdown.start();
	}

	private void finished(boolean taken) {
		this.over++;
		if (taken && !this.slow && this.loop.nanoTime() - this.then > SLOW) {
			beSlow();
		}
		if (--this.waiting == 0) {
			this.countdown.stop();
		}
	}

	/**
	 * Closes the connection if nothing has been taken since the deadline was set.
	 */
	private void judge() {
		ChannelOutboundBuffer pending = this.channel.unsafe().outboundBuffer();
		if (pending == null) {
			return;
		}
		if (pending.totalPendingWriteBytes() == this.bytesThen && progress(pending) == this.progressThen
				&& this.over == this.overThen) {
			this.givenUp = true;
			this.channel.unsafe().close(this.channel.newPromise());
		}
		else {
			beSlow();
			begin(pending);
		}
	}

	/**
	 * From now on only this deadline says whether the client takes anything.
	 */
	private void beSlow() {
		if (!this.slow) {
			this.slow = true;
			UserTimeout.clear(this.channel);
		}
	}

	private static long progress(ChannelOutboundBuffer pending) {
		return !pending.isEmpty() ? pending.currentProgress() : 0;
	}

}
