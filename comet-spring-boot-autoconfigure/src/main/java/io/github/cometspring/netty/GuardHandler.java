package io.github.cometspring.netty;

import java.io.IOException;

import io.github.cometspring.subscription.Countdown;
import io.github.cometspring.subscription.Deadlines;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Keeps one connection within bounds, next to the HTTP codec: of what waits for the
 * answer to another request, and of the time that a client takes to send one. What is no
 * HTTP it refuses in its turn. While a request is being answered, no time is counted.
 * Belongs to the event loop of the connection.
 */
final class GuardHandler extends ChannelDuplexHandler {

	private static final Logger logger = Loggers.getLogger(GuardHandler.class);

	/**
	 * How many times as long as an incomplete request a connection may be idle between
	 * two requests: longer than pools and load balancers mostly leave it.
	 */
	private static final int IDLE_ROUNDS = 3;

	private final UnansweredRequests requests = new UnansweredRequests();

	private final Deadlines deadlines;

	private final ReactorNettyEventLoops eventLoops;

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
	 * Whether an answer has begun that is not complete.
	 */
	private boolean answering;

	/**
	 * Whether nothing is taken in any more.
	 */
	private boolean deaf;

	/**
	 * How to refuse what came last, when it is its turn.
	 */
	private @Nullable HttpResponseStatus refusal;

	/**
	 * Whether nothing is sent any more.
	 */
	private boolean over;

	GuardHandler(Deadlines deadlines, ReactorNettyEventLoops eventLoops, boolean refusing) {
		this.deadlines = deadlines;
		this.eventLoops = eventLoops;
		this.refusing = refusing;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.countdown = this.deadlines.countdown(this.eventLoops.of(context.channel()), () -> expire(context));
		this.countdown.start();
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		// Also when the connection has been closed
		this.countdown.stop();
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
		else if (this.requests.add(message)) {
			noteArrival(message);
			context.fireChannelRead(message);
		}
		else {
			ReferenceCountUtil.release(message);
			cut(context, "Too much waits for an answer");
		}
	}

	private void noteArrival(Object message) {
		if (message instanceof HttpRequest) {
			this.owing = false;
			this.countdown.stop();
		}
		else if (this.requests.count() == 0 && message instanceof LastHttpContent) {
			// The rest of what was answered before it had arrived
			idle();
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		if (!this.decoded && this.requests.count() == 0) {
			owe();
		}
		this.decoded = false;
		context.fireChannelReadComplete();
	}

	/**
	 * Refuses what is no HTTP as the server does, when all is answered that came before.
	 */
	private void refuseInTurn(ChannelHandlerContext context) {
		HttpResponseStatus status = this.refusal;
		int before = this.requests.areEntire() ? 0 : 1;
		if (status == null || this.requests.count() > before || this.over) {
			return;
		}
		if (this.answering) {
			cut(context, "A request that is being answered is malformed");
		}
		else {
			this.over = true;
			context.writeAndFlush(DecodingFailure.response(status)).addListener(ChannelFutureListener.CLOSE);
		}
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
		if (interim) {
			if (HttpResponseStatus.SWITCHING_PROTOCOLS.equals(head.status())) {
				context.pipeline().remove(this);
			}
		}
		else if (message instanceof LastHttpContent) {
			answered(context);
		}
	}

	private void answered(ChannelHandlerContext context) {
		this.answering = false;
		this.requests.answered();
		if (this.refusal != null) {
			// Behind what is done when the answer has been written
			context.executor().execute(() -> refuseInTurn(context));
		}
		else if (this.requests.count() == 0 && this.requests.areEntire()) {
			idle();
		}
		else if (this.requests.count() == 0) {
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
		if (pending != null && !pending.isEmpty()) {
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
		if (client && PlainPipeline.isPlain(context.channel())) {
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
