package io.github.cometspring.netty;

import java.io.IOException;

import javax.net.ssl.SSLException;

import io.github.cometspring.subscription.Deadlines;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Applies limits to one connection, next to the HTTP codec. It hands on one request at a
 * time, limits the requests that wait meanwhile, and limits the time that a client takes
 * to send a request. It refuses data that is not HTTP when all earlier requests are
 * answered. Belongs to the event loop of the connection.
 */
final class GuardHandler extends ChannelDuplexHandler {

	private static final Logger logger = Loggers.getLogger(GuardHandler.class);

	private final Deadlines deadlines;

	private final NettyClientSockets sockets;

	private final UnreadBytes unread;

	/**
	 * Whether this handler refuses data that is not HTTP. If not, an observer of the
	 * application is notified of it.
	 */
	private final boolean refusing;

	@SuppressWarnings("NullAway.Init") // before anything else can happen
	private RequestTimer timer;

	/**
	 * Whether the codec has decoded a message from the data that is being read.
	 */
	private boolean decoded;

	/**
	 * Whether the request that was read last has arrived to its end.
	 */
	private boolean complete = true;

	/**
	 * Whether a request has been handed on and is not answered.
	 */
	private boolean busy;

	/**
	 * Whether its answer has begun.
	 */
	private boolean answering;

	/**
	 * The requests that were read meanwhile.
	 */
	private @Nullable WaitingRequests waiting;

	/**
	 * The status that refuses the last request, when all others are answered.
	 */
	private @Nullable HttpResponseStatus refusal;

	/**
	 * Whether input is dropped.
	 */
	private boolean inputClosed;

	/**
	 * Whether output is dropped.
	 */
	private boolean outputClosed;

	GuardHandler(Deadlines deadlines, NettyClientSockets sockets, UnreadBytes unread, boolean refusing) {
		this.deadlines = deadlines;
		this.sockets = sockets;
		this.unread = unread;
		this.refusing = refusing;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.timer = new RequestTimer(this, context, this.deadlines, this.sockets.loop(context.channel()));
		this.timer.start();
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		// Netty removes the handlers also when a connection has been closed.
		this.timer.stop();
		releaseWaiting();
	}

	private void releaseWaiting() {
		if (this.waiting != null) {
			this.waiting.release();
		}
	}

	// Requests

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		this.decoded = true;
		HttpResponseStatus failure = this.inputClosed ? null : DecodingFailure.status(message);
		if (failure != null && this.refusing && PlainPipeline.isPlain(context.channel())) {
			ReferenceCountUtil.release(message);
			this.inputClosed = true;
			this.refusal = failure;
			refuseInTurn(context);
		}
		else if (this.inputClosed) {
			ReferenceCountUtil.release(message);
		}
		else {
			take(context, message);
		}
	}

	private void take(ChannelHandlerContext context, Object message) {
		boolean head = message instanceof HttpRequest;
		this.complete = !head && (this.complete || message instanceof LastHttpContent);
		if (isWaiting() || (head && this.busy)) {
			this.waiting = (this.waiting != null) ? this.waiting : new WaitingRequests();
			if (!this.waiting.add(message)) {
				closeConnection(context, "Too many requests wait for an answer");
			}
			return;
		}
		handOn(context, message);
		if (this.complete && !this.busy && !head && !isWaiting()) {
			// The rest of a request that was answered early
			this.timer.idle();
		}
	}

	private void handOn(ChannelHandlerContext context, Object message) {
		if (message instanceof HttpRequest) {
			this.busy = true;
			this.timer.answering();
		}
		context.fireChannelRead(message);
	}

	private boolean isWaiting() {
		return this.waiting != null && this.waiting.count() > 0;
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		// Checked after each read, as the buffer may be reused after that
		if ((this.unread.any() || !this.decoded) && !this.busy && !isWaiting()) {
			this.timer.begun();
		}
		this.decoded = false;
		context.fireChannelReadComplete();
	}

	/**
	 * Hands on the next request, as one has been answered.
	 */
	private void proceed(ChannelHandlerContext context) {
		WaitingRequests waiting = this.waiting;
		if (this.busy || this.outputClosed || refuseInTurn(context) || waiting == null || waiting.count() == 0) {
			return;
		}
		waiting.takeFirst((message) -> handOn(context, message));
		context.fireChannelReadComplete();
	}

	/**
	 * Refuses data that is not HTTP, as the server does, when all requests before it are
	 * answered.
	 * @return whether it has been refused
	 */
	private boolean refuseInTurn(ChannelHandlerContext context) {
		HttpResponseStatus status = this.refusal;
		boolean current = !this.complete && !isWaiting();
		int rest = (this.waiting != null) ? this.waiting.count() : 0;
		boolean turn = current || (!this.busy && rest == (this.complete ? 0 : 1));
		if (status == null || !turn || this.outputClosed) {
			return false;
		}
		releaseWaiting();
		if (this.answering) {
			closeConnection(context, "A request that is being answered is malformed");
		}
		else {
			this.outputClosed = true;
			context.writeAndFlush(DecodingFailure.response(status)).addListener(ChannelFutureListener.CLOSE);
			log("Not HTTP", context.channel());
		}
		return true;
	}

	// Answers

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (this.outputClosed) {
			ReferenceCountUtil.release(message);
			promise.trySuccess();
			return;
		}
		HttpResponse head = (message instanceof HttpResponse response) ? response : null;
		boolean informational = head != null && head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
		this.answering = this.answering || (head != null && !informational);
		context.write(message, promise);
		if (head != null && HttpResponseStatus.SWITCHING_PROTOCOLS.equals(head.status())) {
			context.pipeline().remove(this);
			context.pipeline().remove(this.unread);
		}
		else if (!informational && message instanceof LastHttpContent) {
			answered(context);
		}
	}

	private void answered(ChannelHandlerContext context) {
		this.busy = false;
		this.answering = false;
		if (isWaiting() || this.refusal != null) {
			// After everything that is done when the answer is written
			context.executor().execute(() -> proceed(context));
		}
		else if (this.complete && !this.unread.any()) {
			this.timer.idle();
		}
		else {
			this.timer.begun();
		}
	}

	// The end

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		boolean client = cause instanceof IOException || cause instanceof DecoderException;
		if (client && (PlainPipeline.isPlain(context.channel()) || cause.getCause() instanceof SSLException)) {
			// The client has gone, or sends data that is not TLS. Reactor Netty would log
			// an error.
			closeConnection(context, "The connection has failed");
		}
		else {
			FailedClientHandler.handOn(context, cause);
		}
	}

	void closeConnection(ChannelHandlerContext context, String reason) {
		this.inputClosed = true;
		this.outputClosed = true;
		context.close();
		log(reason, context.channel());
	}

	private static void log(String reason, Channel channel) {
		try {
			logger.debug("{}: {} is closed", reason, channel);
		}
		catch (Throwable ex) {
			// The disk may be full, which must not harm the event loop.
		}
	}

}
