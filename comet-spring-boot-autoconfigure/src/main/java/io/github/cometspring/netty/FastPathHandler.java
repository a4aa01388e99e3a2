package io.github.cometspring.netty;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.PollTerms;
import io.github.cometspring.web.WriteListener;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The fast path on one connection, beside the HTTP codec. It keeps what has arrived of a
 * poll until it is known which way the poll goes, and lets go on what the server takes
 * for answered: an event stream. What arrives while an answer is held waits for its turn;
 * {@link GuardHandler} bounds how much of it there is. Belongs to the event loop of the
 * connection. Longer than most classes, as all of it is about one state: whose turn it is
 * on the connection.
 */
final class FastPathHandler extends ChannelDuplexHandler {

	private final PlainRequests requests;

	private final PollPath way;

	private final NettyClientSockets sockets;

	private final ServerRequests server = new ServerRequests();

	@SuppressWarnings("NullAway.Init") // before anything else can happen
	private ChannelHandlerContext context;

	/**
	 * Whether nobody else has a handler on this connection, or {@code null} if somebody
	 * may have got one since it was looked at.
	 */
	private @Nullable Boolean plain;

	/**
	 * The poll that is arriving.
	 */
	private @Nullable ArrivingPoll arriving;

	/**
	 * The poll that is held, or whose answer the client has not taken yet, or the stream
	 * that was taken over.
	 */
	private @Nullable HeldAnswer held;

	/**
	 * Whether the server has yet to say that the stream that was taken over is complete.
	 */
	private boolean completing;

	/**
	 * What was read while an answer was held.
	 */
	private @Nullable Queue<Object> waiting;

	private boolean proceeding;

	/**
	 * Whether the last answer was ours, so that nobody else reads on.
	 */
	private boolean last;

	FastPathHandler(PlainRequests requests, PollPath way, NettyClientSockets sockets) {
		this.requests = requests;
		this.way = way;
		this.sockets = sockets;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.context = context;
	}

	// What comes in

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (isTurn()) {
			take(message);
		}
		else {
			// The server may have left it on, and nobody else would turn it off.
			context.channel().config().setAutoRead(false);
			this.waiting = (this.waiting != null) ? this.waiting : new ArrayDeque<>(2);
			this.waiting.add(message);
		}
	}

	/**
	 * Whether what comes next need not wait: it is a request's turn, or it belongs to the
	 * request whose answer was taken over.
	 */
	private boolean isTurn() {
		return this.held == null || this.server.isArriving();
	}

	private void take(Object message) {
		ArrivingPoll arriving = this.arriving;
		if (arriving != null) {
			arriving.add(message);
		}
		else if (message instanceof HttpRequest request) {
			arriving = arrivingPoll(request);
			this.arriving = arriving;
		}
		if (arriving == null) {
			handOn(message);
		}
		else if (message instanceof LastHttpContent) {
			decide(arriving);
		}
	}

	private @Nullable ArrivingPoll arrivingPoll(HttpRequest request) {
		// Answers keep the order of the requests.
		PollTerms terms = this.server.areAnswered() ? this.requests.terms(request) : null;
		if (terms != null && this.plain == null) {
			this.plain = PlainPipeline.isPlain(this.context.channel());
		}
		return (terms != null && Boolean.TRUE.equals(this.plain)) ? new ArrivingPoll(terms, request) : null;
	}

	private void decide(ArrivingPoll arriving) {
		HeldPoll poll = this.way.admit(arriving, this, this.context);
		if (poll == null) {
			handOnArriving();
			return;
		}
		this.last = true;
		this.held = poll;
		poll.start(arriving);
		releaseArriving();
	}

	private void releaseArriving() {
		ArrivingPoll arriving = this.arriving;
		this.arriving = null;
		if (arriving != null) {
			arriving.release();
		}
	}

	private void handOnArriving() {
		ArrivingPoll arriving = this.arriving;
		this.arriving = null;
		if (arriving != null) {
			arriving.handOnTo(this::handOn);
		}
	}

	private void handOn(Object message) {
		if (message instanceof HttpRequest) {
			this.last = false;
		}
		this.server.add(message);
		this.context.fireChannelRead(message);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		// A body that takes its time is the ordinary way's to wait for.
		handOnArriving();
		context.fireChannelReadComplete();
		readOn();
	}

	/**
	 * Reads more where nobody else would: to notice that a client has gone, also if
	 * something of it waits, and to have its next request.
	 */
	private void readOn() {
		if (this.last && this.arriving == null) {
			this.context.read();
		}
	}

	// What goes out

	/**
	 * Writes the answer to the poll.
	 * @return whether it was written, or waits to be; if not, the connection is closed
	 */
	boolean answer(HeldPoll poll, PollAnswer answer) {
		if (this.held != poll) {
			return false;
		}
		FullHttpResponse response = NettyAnswer.response(answer, this.context.channel());
		releaseArriving();
		boolean failed = this.context.writeAndFlush(response).cause() != null;
		if (failed) {
			// Nobody knows how much of it was written.
			this.context.close();
		}
		return !failed;
	}

	/**
	 * Hands the poll on, if it has just arrived: the ordinary way knows best what there
	 * is to say.
	 * @return whether it was handed on
	 */
	boolean handOn(HeldPoll poll) {
		boolean possible = this.held == poll && this.arriving != null;
		if (possible) {
			this.held = null;
			handOnArriving();
		}
		return possible;
	}

	/**
	 * Tells when the client has taken all that was written to it.
	 */
	void watch(WriteListener listener) {
		this.sockets.watch(this.context.channel(), listener);
	}

	/**
	 * Goes on, as a poll has been answered by the application.
	 */
	void answered(HeldPoll poll) {
		if (this.held == poll) {
			// What was asked is known; it must not be handed on.
			releaseArriving();
			proceed();
		}
	}

	/**
	 * Whether there is one answer that the server is writing, and it could go on without
	 * the server.
	 */
	boolean isTakeable() {
		return this.way.bypassesWebFlux() && this.server.isOnePlain() && this.held == null;
	}

	/**
	 * Whether more has come behind the request that the server is answering.
	 */
	boolean hasMoreThanOne() {
		return this.server.areSeveral() || (this.waiting != null && !this.waiting.isEmpty());
	}

	/**
	 * Takes over the answer that the server is writing: the server may say that it is
	 * complete, and the client is not told.
	 * @param stream what goes on instead
	 * @return whether it was taken over
	 */
	boolean takeOver(HeldAnswer stream) {
		if (!isTakeable()) {
			return false;
		}
		this.held = stream;
		this.completing = true;
		this.last = true;
		return true;
	}

	/**
	 * Completes the answer that was taken over.
	 */
	void complete(HeldAnswer stream) {
		if (this.held != stream) {
			return;
		}
		if (this.completing) {
			// The server does it after all.
			this.completing = false;
		}
		else {
			this.context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
		}
		proceed();
	}

	/**
	 * Goes on with what was read meanwhile: the client has taken its answer.
	 */
	void proceed() {
		this.held = null;
		if (this.proceeding || this.waiting == null) {
			return;
		}
		this.proceeding = true;
		try {
			for (Object next = this.waiting.poll(); next != null; next = isTurn() ? this.waiting.poll() : null) {
				take(next);
			}
		}
		finally {
			this.proceeding = false;
		}
		if (this.waiting.isEmpty()) {
			// Nothing more has been read in the same piece.
			channelReadComplete(this.context);
		}
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		boolean informational = message instanceof HttpResponse response
				&& response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
		if (message instanceof LastHttpContent && !informational) {
			this.server.answered();
			this.plain = null;
			if (this.completing) {
				this.completing = false;
				ReferenceCountUtil.release(message);
				promise.trySuccess();
				// The server believes that it has nothing more to wait for.
				context.read();
				return;
			}
		}
		else if (message instanceof HttpResponse response && !informational) {
			this.server.answering(response);
		}
		context.write(message, promise);
		if (informational && ((HttpResponse) message).status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
			context.pipeline().remove(this);
		}
	}

	// The end

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (this.held != null && cause instanceof IOException) {
			// The client has gone; nobody else knows of it.
			context.close();
		}
		else {
			context.fireExceptionCaught(cause);
		}
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		// Also when the connection has been closed
		releaseArriving();
		if (this.waiting != null) {
			this.waiting.forEach(ReferenceCountUtil::release);
			this.waiting.clear();
		}
		if (this.held != null) {
			this.held.end();
		}
	}

}
