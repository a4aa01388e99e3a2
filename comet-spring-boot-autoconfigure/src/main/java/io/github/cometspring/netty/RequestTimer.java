package io.github.cometspring.netty;

import io.github.cometspring.subscription.Countdown;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Limits how long a client takes to send a request, and how long its connection is idle
 * between two requests. Belongs to the event loop of the connection.
 */
final class RequestTimer implements Runnable {

	/**
	 * A connection may be idle between two requests for as many times the timeout of a
	 * request: for longer than most pools and load balancers keep an idle connection.
	 */
	private static final int IDLE_ROUNDS = 3;

	private final GuardHandler guard;

	private final ChannelHandlerContext context;

	private final Countdown countdown;

	private int rounds = 1;

	/**
	 * Whether a request is expected: the connection is new, or the client has begun a
	 * request and not completed it.
	 */
	private boolean expecting = true;

	/**
	 * Creates the timer of a new connection.
	 * @param guard closes the connection
	 * @param context the context of the guard
	 * @param deadlines the time that a request may take
	 * @param loop the event loop of the connection
	 */
	RequestTimer(GuardHandler guard, ChannelHandlerContext context, Deadlines deadlines, EventLoop loop) {
		this.guard = guard;
		this.context = context;
		this.countdown = deadlines.countdown(loop, this);
	}

	/**
	 * Starts to count for a connection that is new.
	 */
	void start() {
		this.countdown.start();
	}

	void stop() {
		this.countdown.stop();
	}

	/**
	 * A request is being answered: no time is counted.
	 */
	void answering() {
		this.expecting = false;
		this.countdown.stop();
	}

	/**
	 * All requests are answered, and no other has begun.
	 */
	void idle() {
		this.expecting = false;
		this.rounds = IDLE_ROUNDS;
		this.countdown.start();
	}

	/**
	 * The client has begun a request. The time counts from its first byte.
	 */
	void begun() {
		if (!this.expecting) {
			this.expecting = true;
			this.rounds = 1;
			this.countdown.start();
		}
	}

	/**
	 * A round is over.
	 */
	@Override
	public void run() {
		ChannelOutboundBuffer pending = this.context.channel().unsafe().outboundBuffer();
		if (pending != null && pending.totalPendingWriteBytes() > 0) {
			// The client is still taking a large answer.
			this.countdown.start();
			return;
		}
		this.rounds--;
		if (this.rounds > 0) {
			this.countdown.start();
		}
		else {
			this.guard.closeConnection(this.context,
					this.expecting ? "No complete request has come in time" : "The connection has been idle");
		}
	}

}
