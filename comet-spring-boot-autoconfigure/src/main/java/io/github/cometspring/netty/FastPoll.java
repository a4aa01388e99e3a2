package io.github.cometspring.netty;

import java.net.InetSocketAddress;

import io.github.cometspring.channel.RateLimitedLog;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.web.Poll;
import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.PollClient;
import io.github.cometspring.web.PollTerms;
import io.github.cometspring.web.WriteListener;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;
import reactor.util.Loggers;
import reactor.util.context.Context;

import org.springframework.http.HttpStatus;

/**
 * A poll on the fast path. A poll that cannot be served is handed to the default path,
 * which refuses it, as long as its request is kept. Belongs to the event loop of its
 * connection.
 */
final class FastPoll implements HeldRequest, PollClient, WriteListener {

	private static final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(FastPoll.class), System::nanoTime);

	private final PollTerms terms;

	private final FastPathHandler handler;

	private final Poll poll;

	/**
	 * The earlier poll that has passed the filters for this one, or {@code null} if there
	 * are no filters.
	 */
	private final @Nullable RepeatedPoll passed;

	FastPoll(PollTerms terms, NettyClientSockets sockets, FastPathHandler handler, ChannelHandlerContext context) {
		this(terms, null, sockets, handler, context);
	}

	FastPoll(PollTerms terms, @Nullable RepeatedPoll passed, NettyClientSockets sockets, FastPathHandler handler,
			ChannelHandlerContext context) {
		this.terms = terms;
		this.passed = passed;
		this.handler = handler;
		this.poll = new Poll(terms, sockets.loop(context.channel()), this);
	}

	@Override
	public void start(ArrivingRequest arriving) {
		if (this.poll.tryAdmit()) {
			this.poll.ask(arriving, arriving.body(), caller(arriving));
		}
		else {
			this.handler.handOn(this);
			this.poll.end();
		}
	}

	private Caller caller(ArrivingRequest arriving) {
		return (this.passed != null) ? this.passed.caller(arriving.head().headers(), this.terms.subscriptions())
				: Caller.UNKNOWN;
	}

	@Override
	public Context currentContext() {
		return (this.passed != null) ? this.passed.context() : Context.empty();
	}

	@Override
	public @Nullable InetSocketAddress remoteAddress() {
		return this.handler.remoteAddress();
	}

	@Override
	public void answer(PollAnswer answer) {
		if (write(answer)) {
			this.poll.written();
		}
		else {
			this.poll.end();
		}
	}

	private boolean write(PollAnswer answer) {
		return this.handler.answer(this, answer, (this.passed != null) ? this.passed.headers() : null);
	}

	@Override
	public void refuse(PollAnswer refusal) {
		if (this.handler.handOn(this)) {
			this.poll.end();
		}
		else {
			answer(refusal);
		}
	}

	@Override
	public void fail(Throwable error) {
		if (!this.handler.handOn(this)) {
			log.error("A poll could not be answered", error);
			if (write(this.terms.codec().refuse(HttpStatus.INTERNAL_SERVER_ERROR, null))) {
				this.handler.watch(this);
			}
		}
	}

	@Override
	public void watch(WriteListener listener) {
		this.handler.watch(this);
	}

	@Override
	public void taken() {
		this.poll.taken();
		this.handler.answered(this);
	}

	@Override
	public void stalled() {
		this.poll.stalled();
	}

	@Override
	public void lost() {
		this.poll.lost();
	}

	/**
	 * The connection has ended.
	 */
	@Override
	public void end() {
		this.poll.end();
	}

}
