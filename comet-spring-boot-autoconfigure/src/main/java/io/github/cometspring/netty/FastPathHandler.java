package io.github.cometspring.netty;

import java.io.IOException;
import java.net.InetSocketAddress;

import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.WriteListener;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * The fast path on one connection, beside the HTTP codec. Passes what is read to the
 * {@link RequestIntake}, what the server writes to the {@link AnswerTakeover}, and writes
 * the answers of the fast path itself. Later requests wait until the client has taken an
 * answer; {@link GuardHandler} limits how many. All transitions between the states of the
 * connection are in {@link FastPathConnection}. Belongs to the event loop of the
 * connection.
 */
final class FastPathHandler extends ChannelDuplexHandler {

	private final NettyClientSockets sockets;

	private final FastPathConnection connection = new FastPathConnection();

	private final RequestIntake intake;

	private final AnswerTakeover takeover;

	@SuppressWarnings("NullAway.Init") // before anything else can happen
	private ChannelHandlerContext context;

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
		ServerRequests server = new ServerRequests();
		this.sockets = sockets;
		this.takeover = new AnswerTakeover(server, this.connection, repeated);
		this.intake = new RequestIntake(requests, repeated, path, server, this.connection, this);
	}

	ConnectionState state() {
		return this.connection.state();
	}

	@Nullable InetSocketAddress remoteAddress() {
		return (this.context.channel().remoteAddress() instanceof InetSocketAddress peer) ? peer : null;
	}

	/**
	 * Takes over the answers of the server.
	 */
	AnswerTakeover takeover() {
		return this.takeover;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.context = context;
	}

	// What is read

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		this.intake.read(context, message);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		this.intake.completeRead(context);
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
			this.intake.handOnArriving(this.context);
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
			this.intake.proceed(this.context);
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
	 * Completes the answer of a stream.
	 */
	void complete(HeldAnswer stream) {
		// In the state TAKEN_OVER the last content of the server completes it.
		if (this.connection.isHeld(stream) && state() == ConnectionState.STREAMING) {
			this.context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
		}
		answered(stream);
	}

	// What the server writes

	/**
	 * Leaves the answer to the server, unless that has completed it. The requests that
	 * wait are taken next.
	 */
	void giveBack(DetachedPoll poll) {
		if (this.takeover.giveBack(poll)) {
			this.intake.proceed(this.context);
		}
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		boolean givenBack = this.takeover.yieldTo(message);
		if (this.takeover.drop(context, message, promise)) {
			return;
		}
		context.write(message, promise);
		if (message instanceof HttpResponse response
				&& response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
			context.pipeline().remove(this);
		}
		if (givenBack) {
			this.intake.proceed(context);
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
