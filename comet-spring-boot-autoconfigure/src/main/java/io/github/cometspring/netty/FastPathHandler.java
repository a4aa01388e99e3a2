package io.github.cometspring.netty;

import java.io.IOException;
import java.net.InetSocketAddress;

import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.WriteListener;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The fast path on one connection, beside the HTTP codec. It decides for each request
 * whether the fast path or the server answers it, and keeps later requests until the
 * client has taken the answer; {@link GuardHandler} limits how many. All transitions
 * between the states of the connection are in {@link FastPathConnection}. One class, as
 * Netty calls one handler for all that is read and written. Belongs to the event loop of
 * the connection.
 */
final class FastPathHandler extends ChannelDuplexHandler {

	private final PlainRequests requests;

	private final PollPath path;

	private final NettyClientSockets sockets;

	/**
	 * The polls that need not pass the filters again, or {@code null} if all have to.
	 */
	private final @Nullable RepeatedPolls repeated;

	private final ServerRequests server = new ServerRequests();

	private final FastPathConnection connection = new FastPathConnection();

	@SuppressWarnings("NullAway.Init") // before anything else can happen
	private ChannelHandlerContext context;

	/**
	 * Whether a caller of the running method is taking the messages that wait.
	 */
	private boolean proceeding;

	FastPathHandler(PlainRequests requests, PollPath path, NettyClientSockets sockets) {
		this(requests, null, path, sockets);
	}

	/**
	 * Creates the handler of one connection.
	 * @param requests the requests that it serves
	 * @param repeated the polls that need not pass the filters again, or {@code null} if
	 * all have to
	 * @param path the path of polls and streams
	 * @param sockets the sockets of clients
	 */
	FastPathHandler(PlainRequests requests, @Nullable RepeatedPolls repeated, PollPath path,
			NettyClientSockets sockets) {
		this.requests = requests;
		this.repeated = repeated;
		this.path = path;
		this.sockets = sockets;
	}

	ConnectionState state() {
		return this.connection.state();
	}

	@Nullable InetSocketAddress remoteAddress() {
		return (this.context.channel().remoteAddress() instanceof InetSocketAddress peer) ? peer : null;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.context = context;
	}

	// Requests

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (isTurn()) {
			take(message);
		}
		else {
			// The server may have left it on.
			context.channel().config().setAutoRead(false);
			this.connection.keep(message);
		}
	}

	/**
	 * Whether the next message can be taken now: no answer is held, or the message
	 * belongs to the request whose answer was taken over.
	 */
	private boolean isTurn() {
		return !state().isHolding() || this.server.isArriving();
	}

	private void take(Object message) {
		ArrivingRequest arriving = this.connection.arriving();
		if (arriving != null) {
			arriving.add(message);
		}
		else if (message instanceof HttpRequest request) {
			arriving = arrivingPoll(request);
		}
		if (arriving == null) {
			handOn(message);
		}
		else if (message instanceof LastHttpContent) {
			start(arriving);
		}
	}

	private @Nullable ArrivingRequest arrivingPoll(HttpRequest request) {
		if (this.repeated != null) {
			this.repeated.forgetAsked();
		}
		// Answers keep the order of the requests.
		ArrivingRequest arriving = this.server.areAnswered() ? served(request) : null;
		if (arriving == null || !this.server.hasPlainPipeline(this.context.channel())) {
			return null;
		}
		this.connection.pollArriving(arriving);
		return arriving;
	}

	private @Nullable ArrivingRequest served(HttpRequest request) {
		ArrivingRequest arriving = this.requests.arriving(request);
		return (arriving == null && this.repeated != null) ? this.repeated.arriving(request) : arriving;
	}

	private void start(ArrivingRequest arriving) {
		HeldRequest poll = arriving.path(this.path).newPoll(arriving, this, this.context);
		this.connection.pollStarting(poll);
		poll.start(arriving);
		this.connection.pollStarted();
	}

	private void handOnArriving() {
		ArrivingRequest arriving = this.connection.handOn();
		if (arriving != null) {
			if (this.repeated != null) {
				this.repeated.forgetPassed();
			}
			arriving.handOnTo(this::handOn);
		}
	}

	private void handOn(Object message) {
		if (message instanceof HttpRequest) {
			this.connection.serverRequested();
		}
		this.server.add(message);
		this.context.fireChannelRead(message);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		// The default path waits for the rest of a body. It also gets a poll
		// that has failed to start.
		handOnArriving();
		context.fireChannelReadComplete();
		if (state().isReading()) {
			// Also while requests wait, so that a client that leaves is noticed.
			context.read();
		}
	}

	// Answers of the fast path

	/**
	 * Writes the answer to the poll.
	 * @return whether it is written or queued; if not, the connection is closed
	 */
	boolean answer(HeldRequest poll, PollAnswer answer) {
		return answer(poll, answer, null);
	}

	/**
	 * Writes the answer to a poll.
	 * @param kept the headers that the response of the poll had, or {@code null} for none
	 * @return whether it is written or queued; if not, the connection is closed
	 */
	boolean answer(HeldAnswer poll, PollAnswer answer, @Nullable KeptHeaders kept) {
		if (!this.connection.isHeld(poll)) {
			return false;
		}
		FullHttpResponse response = NettyAnswer.response(answer, kept, this.context.channel());
		this.connection.pollStarted();
		boolean failed = this.context.writeAndFlush(response).cause() != null;
		if (failed) {
			// A part of it may have been written.
			this.context.close();
		}
		return !failed;
	}

	/**
	 * Hands the poll to the server, which refuses or serves it, while it is being
	 * started.
	 * @return whether it was handed on
	 */
	boolean handOn(HeldRequest poll) {
		boolean possible = this.connection.isHeld(poll) && state() == ConnectionState.STARTING;
		if (possible) {
			handOnArriving();
		}
		return possible;
	}

	/**
	 * Closes the connection, as its answer cannot be written.
	 */
	void close() {
		this.context.close();
	}

	/**
	 * Notifies a listener when the client has taken everything that was written to it.
	 */
	void watch(WriteListener listener) {
		this.sockets.watch(this.context.channel(), listener);
	}

	/**
	 * Ends an answer: the client has taken it, or the application has completed it. The
	 * requests that wait are taken next.
	 */
	void answered(HeldAnswer answer) {
		if (this.connection.isHeld(answer)) {
			this.connection.answered();
			proceed();
		}
	}

	private void proceed() {
		RequestQueue waiting = this.connection.waiting();
		if (this.proceeding || waiting == null) {
			return;
		}
		this.proceeding = true;
		try {
			for (Object next = waiting.poll(); next != null; next = isTurn() ? waiting.poll() : null) {
				take(next);
			}
		}
		finally {
			this.proceeding = false;
		}
		if (waiting.isEmpty()) {
			// The last request may not have arrived to its end.
			channelReadComplete(this.context);
		}
	}

	// Streams

	/**
	 * Writes the head of a stream's answer, whose request the server has not seen.
	 * @return whether it is queued; if not, the connection is closed
	 */
	boolean open(HeldAnswer stream, HttpResponse head) {
		boolean held = this.connection.isHeld(stream);
		if (held) {
			this.connection.streamOpened();
			// Flushed with the first events
			this.context.write(head);
		}
		return held;
	}

	/**
	 * Whether the server is writing one answer that can be taken over.
	 */
	boolean isTakeable() {
		return this.server.isOnePlain() && state().leadsTo(ConnectionState.TAKEN_OVER);
	}

	/**
	 * Whether more messages have come after the request that the server is answering.
	 */
	boolean hasMoreThanOne() {
		RequestQueue waiting = this.connection.waiting();
		return this.server.areSeveral() || (waiting != null && !waiting.isEmpty());
	}

	/**
	 * Takes over the answer that the server is writing. The server may complete it
	 * without any effect on the client.
	 * @param stream continues the answer
	 * @return whether it was taken over
	 */
	boolean takeOver(HeldAnswer stream) {
		boolean takeable = isTakeable();
		if (takeable) {
			this.connection.takenOver(stream);
		}
		return takeable;
	}

	/**
	 * Completes the answer of a stream.
	 */
	void complete(HeldAnswer stream) {
		// In the state TAKEN_OVER the last content of the server completes it.
		if (this.connection.isHeld(stream) && state() == ConnectionState.STREAMING) {
			this.context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
		}
		answered(stream);
	}

	// Polls that are detached

	/**
	 * Takes over the answer that the server has not begun, if it has this request alone.
	 * @return whether it was taken over
	 */
	boolean detach(DetachedPoll poll) {
		boolean detachable = this.server.isOneWhole() && state().leadsTo(ConnectionState.TAKEN_OVER);
		if (detachable) {
			this.connection.takenOver(poll);
			poll.repeatable((this.repeated != null) ? this.repeated.takeAsked() : null);
		}
		return detachable;
	}

	/**
	 * Lets later polls do without the filters that one has passed.
	 */
	void allowRepetition(RepeatedPoll passed) {
		if (this.repeated != null) {
			this.repeated.allow(passed);
		}
	}

	/**
	 * Leaves the answer to the server, unless that has completed it.
	 */
	void giveBack(DetachedPoll poll) {
		if (this.connection.detaching() == poll) {
			this.connection.givenBack();
			proceed();
		}
	}

	// Answers of the server

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		DetachedPoll detached = this.connection.detaching();
		boolean replaced = detached != null && !detached.keep(message);
		if (detached != null && replaced) {
			this.connection.givenBack();
			detached.end();
		}
		if (this.server.addAnswer(message) && this.connection.serverAnswered()) {
			ReferenceCountUtil.release(message);
			if (detached != null) {
				detached.accept(promise);
			}
			else {
				promise.trySuccess();
			}
			// The server has nothing more to wait for, and does not read.
			context.read();
			if (detached != null) {
				detached.begin();
			}
			return;
		}
		context.write(message, promise);
		if (message instanceof HttpResponse response
				&& response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
			context.pipeline().remove(this);
		}
		if (replaced) {
			proceed();
		}
	}

	// The end

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (state().isHolding() && cause instanceof IOException) {
			// The client has gone, and the server would log that.
			context.close();
		}
		else {
			context.fireExceptionCaught(cause);
		}
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		// Also when the connection has been closed
		this.connection.closed();
	}

}
