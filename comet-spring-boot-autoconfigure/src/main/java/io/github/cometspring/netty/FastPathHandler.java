package io.github.cometspring.netty;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;

import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.PollDialect;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The fast path on one connection, beside the HTTP codec. It keeps what has arrived of a
 * poll until it is known which way the poll goes; what arrives while a poll is held waits
 * for its turn, as much as was read in one piece and no more. Belongs to the event loop
 * of the connection.
 */
final class FastPathHandler extends ChannelDuplexHandler {

	private final FastPath path;

	@SuppressWarnings("NullAway.Init") // before anything else can happen
	private ChannelHandlerContext context;

	/**
	 * Whether nobody else has a handler on this connection, or {@code null} if somebody
	 * may have got one since it was looked at.
	 */
	private @Nullable Boolean plain;

	/**
	 * How many requests have gone the ordinary way and are not answered yet.
	 */
	private int ordinary;

	/**
	 * The dialect of the poll that is arriving.
	 */
	private @Nullable PollDialect dialect;

	/**
	 * What has arrived of it, from its head on.
	 */
	private @Nullable List<Object> arrived;

	/**
	 * The poll that is held, or whose answer the client has not taken yet.
	 */
	private @Nullable FastPoll poll;

	/**
	 * What was read while there was a poll.
	 */
	private @Nullable Queue<Object> waiting;

	private boolean proceeding;

	/**
	 * Whether the last request went the fast way, so that nobody else reads on.
	 */
	private boolean last;

	FastPathHandler(FastPath path) {
		this.path = path;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.context = context;
	}

	// What comes in

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (this.poll == null) {
			take(message);
		}
		else {
			this.waiting = (this.waiting != null) ? this.waiting : new ArrayDeque<>(2);
			this.waiting.add(message);
		}
	}

	private void take(Object message) {
		if (this.arrived != null) {
			this.arrived.add(message);
		}
		else if (message instanceof HttpRequest request && mayGoFast(request)) {
			this.arrived = new ArrayList<>(2);
			this.arrived.add(message);
		}
		else {
			handOn(message);
			return;
		}
		if (message instanceof LastHttpContent) {
			decide();
		}
	}

	private boolean mayGoFast(HttpRequest request) {
		// Answers keep the order of the requests.
		if (this.ordinary > 0) {
			return false;
		}
		this.dialect = this.path.dialect(request);
		if (this.dialect != null && this.plain == null) {
			this.plain = PlainPipeline.isPlain(this.context.channel());
		}
		return this.dialect != null && Boolean.TRUE.equals(this.plain);
	}

	private void decide() {
		List<Object> arrived = Objects.requireNonNull(this.arrived);
		FastPoll poll = this.path.admit((HttpRequest) arrived.get(0), body(arrived),
				Objects.requireNonNull(this.dialect), this, this.context.channel());
		if (poll == null) {
			handOnArrived();
			return;
		}
		this.last = true;
		this.poll = poll;
		poll.start();
		releaseArrived();
	}

	private void releaseArrived() {
		List<Object> arrived = this.arrived;
		this.arrived = null;
		if (arrived != null) {
			arrived.forEach(ReferenceCountUtil::release);
		}
	}

	private static byte[] body(List<Object> messages) {
		int length = 0;
		for (Object message : messages) {
			length += (message instanceof HttpContent content) ? content.content().readableBytes() : 0;
		}
		byte[] body = new byte[length];
		int at = 0;
		for (Object message : messages) {
			if (message instanceof HttpContent content) {
				ByteBuf bytes = content.content();
				bytes.getBytes(bytes.readerIndex(), body, at, bytes.readableBytes());
				at += bytes.readableBytes();
			}
		}
		return body;
	}

	private void handOnArrived() {
		List<Object> arrived = this.arrived;
		this.arrived = null;
		if (arrived != null) {
			arrived.forEach(this::handOn);
		}
	}

	private void handOn(Object message) {
		if (message instanceof HttpRequest) {
			this.ordinary++;
			this.last = false;
		}
		this.context.fireChannelRead(message);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		// A body that takes its time is the ordinary way's to wait for.
		handOnArrived();
		context.fireChannelReadComplete();
		readOn();
	}

	/**
	 * Reads more where nobody else would: to notice that a client has gone, and to have
	 * its next request.
	 */
	private void readOn() {
		if (this.last && this.arrived == null && (this.waiting == null || this.waiting.isEmpty())) {
			this.context.read();
		}
	}

	// What goes out

	/**
	 * Answers the poll.
	 */
	void answer(FastPoll poll, PollAnswer answer) {
		if (this.poll == poll) {
			releaseArrived();
			this.context.writeAndFlush(NettyAnswer.response(answer));
			PendingWrite.watch(this.context.channel(), this.path.writeTimeout(), poll);
		}
	}

	/**
	 * Refuses the poll: the ordinary way if it has just arrived, which knows best why.
	 */
	void refuse(FastPoll poll, PollAnswer answer) {
		if (this.poll == poll && this.arrived != null) {
			this.poll = null;
			handOnArrived();
		}
		else {
			answer(poll, answer);
		}
	}

	/**
	 * Goes on with what was read meanwhile: the client has taken its answer.
	 */
	void proceed() {
		this.poll = null;
		if (this.proceeding || this.waiting == null) {
			return;
		}
		this.proceeding = true;
		for (Object next = this.waiting.poll(); next != null; next = (this.poll == null) ? this.waiting.poll() : null) {
			take(next);
		}
		this.proceeding = false;
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
			this.ordinary--;
			this.plain = null;
		}
		context.write(message, promise);
		if (informational && ((HttpResponse) message).status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
			context.pipeline().remove(this);
		}
	}

	// The end

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (this.poll != null && cause instanceof IOException) {
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
		if (this.poll != null) {
			this.poll.end();
		}
		releaseArrived();
		if (this.waiting != null) {
			this.waiting.forEach(ReferenceCountUtil::release);
			this.waiting.clear();
		}
	}

}
