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
 * The writes of one connection that its client, or the kernel, has not taken yet. Reactor
 * Netty counts an answer as sent as soon as it has been queued, which says nothing about
 * the client. The connection has one deadline for all writes: where the kernel writes by
 * itself, as with io_uring, each write waits for a moment. Belongs to the event loop of
 * the connection.
 */
final class PendingWrite {

	/**
	 * A client is slow if a write had to wait for it for longer than this. The kernel's
	 * own timeout is switched off for it: the kernel does not count bytes that are taken
	 * through a window that is mostly closed, and would regard the client as gone.
	 */
	private static final long SLOW_NANOS = Duration.ofSeconds(1).toNanos();

	private final Channel channel;

	private final EventLoop loop;

	private final Countdown countdown;

	/**
	 * The number of writes that wait.
	 */
	private int waiting;

	/**
	 * The number of writes that have ended.
	 */
	private long ended;

	private boolean slow;

	private boolean stalled;

	// The state when the deadline was set

	private long bytesThen;

	private long progressThen;

	private long endedThen;

	private long then;

	/**
	 * Creates the watch over a connection.
	 * @param channel the connection
	 * @param loop its event loop
	 * @param deadlines how long the client may take nothing before the connection is
	 * closed
	 */
	PendingWrite(Channel channel, EventLoop loop, Deadlines deadlines) {
		this.channel = channel;
		this.loop = loop;
		this.countdown = deadlines.countdown(loop, this::check);
	}

	/**
	 * Waits until the client has taken everything that has been written so far.
	 * @param listener is notified of that, or of the end of the connection before
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
			else if (this.stalled) {
				listener.stalled();
			}
			else {
				listener.lost();
			}
		});
		this.waiting++;
		// Direct, without the server's codecs, after everything that they have written
		first.writeAndFlush(Unpooled.EMPTY_BUFFER, end);
		ChannelOutboundBuffer pending = this.channel.unsafe().outboundBuffer();
		if (this.waiting == 1 && pending != null) {
			begin(pending);
		}
	}

	private void begin(ChannelOutboundBuffer pending) {
		this.bytesThen = pending.totalPendingWriteBytes();
		this.progressThen = progress(pending);
		this.endedThen = this.ended;
		this.then = this.loop.nanoTime();
		this.countdown.start();
	}

	private void finished(boolean taken) {
		this.ended++;
		if (taken && !this.slow && this.loop.nanoTime() - this.then > SLOW_NANOS) {
			becomeSlow();
		}
		if (--this.waiting == 0) {
			this.countdown.stop();
		}
	}

	/**
	 * Closes the connection if nothing has been taken since the deadline was set.
	 */
	private void check() {
		ChannelOutboundBuffer pending = this.channel.unsafe().outboundBuffer();
		if (pending == null) {
			return;
		}
		if (pending.totalPendingWriteBytes() == this.bytesThen && progress(pending) == this.progressThen
				&& this.ended == this.endedThen) {
			this.stalled = true;
			this.channel.unsafe().close(this.channel.newPromise());
		}
		else {
			becomeSlow();
			begin(pending);
		}
	}

	/**
	 * From now on only this deadline checks whether the client takes anything.
	 */
	private void becomeSlow() {
		if (!this.slow) {
			this.slow = true;
			UserTimeout.clear(this.channel);
		}
	}

	private static long progress(ChannelOutboundBuffer pending) {
		return !pending.isEmpty() ? pending.currentProgress() : 0;
	}

}
