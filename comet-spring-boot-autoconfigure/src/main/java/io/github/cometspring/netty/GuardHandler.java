package io.github.cometspring.netty;

import java.io.IOException;

import javax.net.ssl.SSLException;

import io.github.cometspring.subscription.Countdown;
import io.github.cometspring.subscription.Deadlines;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
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
 * Keeps one connection within bounds, next to the HTTP codec: it hands one request on at
 * a time, bounds what waits meanwhile, and bounds the time that a client takes to send a
 * request. What is no HTTP it refuses in its turn. While a request is being answered, no
 * time is counted. Belongs to the event loop of the connection.
 */
final class GuardHandler extends ChannelDuplexHandler {

	private static final Logger logger = Loggers.getLogger(GuardHandler.class);

	/**
	 * How many times as long as an incomplete request a connection may be idle between
	 * two requests: longer than pools and load balancers mostly leave it.
	 */
	private static final int IDLE_ROUNDS = 3;

	private final Deadlines deadlines;

	private final NettyClientSockets sockets;

	private final UnreadBytes unread;

	/**
	 * Whether nobody but the server's own handlers is to be told of what is no HTTP.
	 */
	private final boolean refusing;

	@SuppressWarnings("NullAway.Init") // before anything else can happen
	private Countdown countdown;

	private int rounds = 1;

	/**
	 * Whether the client has begun what it has not finished. A new connection is one that
	 * owes a request.
	 */
	private boolean owing = true;

	/**
	 * Whether there was a message in what is being read.
	 */
	private boolean decoded;

	/**
	 * Whether the request that was read last has arrived to its end.
	 */
	private boolean entire = true;

	/**
	 * Whether a request has been handed on and is not answered.
	 */
	private boolean busy;

	/**
	 * Whether its answer has begun.
	 */
	private boolean answering;

	/**
	 * What was read meanwhile.
	 */
	private @Nullable WaitingRequests waiting;

	/**
	 * How to refuse what came last, when it is its turn.
	 */
	private @Nullable HttpResponseStatus refusal;

	/**
	 * Whether nothing is taken in any more.
	 */
	private boolean deaf;

	/**
	 * Whether nothing is sent any more.
	 */
	private boolean over;

	GuardHandler(Deadlines deadlines, NettyClientSockets sockets, UnreadBytes unread, boolean refusing) {
		this.deadlines = deadlines;
		this.sockets = sockets;
		this.unread = unread;
		this.refusing = refusing;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.countdown = this.deadlines.countdown(this.sockets.loop(context.channel()), () -> expire(context));
		this.countdown.start();
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		// Also when the connection has been closed
		this.countdown.stop();
		releaseWaiting();
	}

	private void releaseWaiting() {
		if (this.waiting != null) {
			this.waiting.release();
		}
	}

	// What comes in

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		this.decoded = true;
		HttpResponseStatus failure = this.deaf ? null : DecodingFailure.status(message);
		if (failure != null && this.refusing && PlainPipeline.isPlain(context.channel())) {
			ReferenceCountUtil.release(message);
			this.deaf = true;
			this.refusal = failure;
			refuseInTurn(context);
		}
		else if (this.deaf) {
			ReferenceCountUtil.release(message);
		}
		else {
			take(context, message);
		}
	}

	private void take(ChannelHandlerContext context, Object message) {
		boolean head = message instanceof HttpRequest;
		this.entire = !head && (this.entire || message instanceof LastHttpContent);
		if (waits() || (head && this.busy)) {
			this.waiting = (this.waiting != null) ? this.waiting : new WaitingRequests();
			if (!this.waiting.add(message)) {
				cut(context, "Too much waits for an answer");
			}
			return;
		}
		handOn(context, message);
		if (this.entire && !this.busy && !head && !waits()) {
			// The rest of what was answered before it had arrived
			idle();
		}
	}

	private void handOn(ChannelHandlerContext context, Object message) {
		if (message instanceof HttpRequest) {
			this.busy = true;
			this.owing = false;
			this.countdown.stop();
		}
		context.fireChannelRead(message);
	}

	private boolean waits() {
		return this.waiting != null && this.waiting.count() > 0;
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		// Asked after each read, as a buffer that the codec has left is another's soon
		if ((this.unread.any() || !this.decoded) && !this.busy && !waits()) {
			owe();
		}
		this.decoded = false;
		context.fireChannelReadComplete();
	}

	/**
	 * Goes on, as a request has been answered.
	 */
	private void proceed(ChannelHandlerContext context) {
		WaitingRequests waiting = this.waiting;
		if (this.busy || this.over || refuseInTurn(context) || waiting == null || waiting.count() == 0) {
			return;
		}
		waiting.takeFirst((message) -> handOn(context, message));
		context.fireChannelReadComplete();
	}

	/**
	 * Refuses what is no HTTP as the server does, when all is answered that came before.
	 * @return whether it has been refused
	 */
	private boolean refuseInTurn(ChannelHandlerContext context) {
		HttpResponseStatus status = this.refusal;
		boolean current = !this.entire && !waits();
		int rest = (this.waiting != null) ? this.waiting.count() : 0;
		boolean turn = current || (!this.busy && rest == (this.entire ? 0 : 1));
		if (status == null || !turn || this.over) {
			return false;
		}
		releaseWaiting();
		if (this.answering) {
			cut(context, "A request that is being answered is malformed");
		}
		else {
			this.over = true;
			logger.debug("No HTTP: {} is closed", context.channel());
			context.writeAndFlush(DecodingFailure.response(status)).addListener(ChannelFutureListener.CLOSE);
		}
		return true;
	}

	// What goes out

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (this.over) {
			ReferenceCountUtil.release(message);
			promise.trySuccess();
			return;
		}
		HttpResponse head = (message instanceof HttpResponse response) ? response : null;
		boolean interim = head != null && head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
		this.answering = this.answering || (head != null && !interim);
		context.write(message, promise);
		if (head != null && HttpResponseStatus.SWITCHING_PROTOCOLS.equals(head.status())) {
			context.pipeline().remove(this);
			context.pipeline().remove(this.unread);
		}
		else if (!interim && message instanceof LastHttpContent) {
			answered(context);
		}
	}

	private void answered(ChannelHandlerContext context) {
		this.busy = false;
		this.answering = false;
		if (waits() || this.refusal != null) {
			// Behind what is done when the answer has been written
			context.executor().execute(() -> proceed(context));
		}
		else if (this.entire && !this.unread.any()) {
			idle();
		}
		else {
			owe();
		}
	}

	// Time

	private void idle() {
		this.owing = false;
		this.rounds = IDLE_ROUNDS;
		this.countdown.start();
	}

	/**
	 * The client has begun something. How long it takes counts from its first byte.
	 */
	private void owe() {
		if (!this.owing) {
			this.owing = true;
			this.rounds = 1;
			this.countdown.start();
		}
	}

	private void expire(ChannelHandlerContext context) {
		ChannelOutboundBuffer pending = context.channel().unsafe().outboundBuffer();
		if (pending != null && pending.totalPendingWriteBytes() > 0) {
			// A large answer is still being taken.
			this.countdown.start();
			return;
		}
		this.rounds--;
		if (this.rounds > 0) {
			this.countdown.start();
		}
		else {
			cut(context, this.owing ? "No complete request has come in time" : "The connection has been idle");
		}
	}

	// The end

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		boolean client = cause instanceof IOException || cause instanceof DecoderException;
		if (client && (PlainPipeline.isPlain(context.channel()) || cause.getCause() instanceof SSLException)) {
			// It has gone, or what it sends is not even encrypted. Others would log it.
			cut(context, "The connection has failed");
		}
		else {
			context.fireExceptionCaught(cause);
		}
	}

	private void cut(ChannelHandlerContext context, String reason) {
		this.deaf = true;
		this.over = true;
		logger.debug("{}: {} is closed", reason, context.channel());
		context.close();
	}

}
