package io.github.cometspring.netty;

import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.FullResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.FutureMono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.support.Netty4HeadersAdapter;

/**
 * The response on the filter path. It is written by one thread at a time, which need not
 * be the event loop of the connection.
 */
final class NettyServerHttpResponse extends AbstractServerHttpResponse implements FullResponse {

	private final ChannelHandlerContext context;

	private final EventLoop loop;

	private final HttpHeaders headers;

	private HttpResponseStatus status = HttpResponseStatus.OK;

	/**
	 * The future of the last write.
	 */
	private volatile @Nullable ChannelFuture written;

	/**
	 * Whether the answer is complete.
	 */
	private volatile boolean finished;

	/**
	 * Whether the exchange is over, so that nothing may be written. Belongs to the event
	 * loop of the connection.
	 */
	private boolean over;

	NettyServerHttpResponse(ChannelHandlerContext context, EventLoop loop, NettyDataBufferFactory buffers) {
		this(context, loop, buffers, new DefaultHttpHeaders());
	}

	private NettyServerHttpResponse(ChannelHandlerContext context, EventLoop loop, NettyDataBufferFactory buffers,
			HttpHeaders headers) {
		super(buffers, new org.springframework.http.HttpHeaders(new Netty4HeadersAdapter(headers)));
		this.context = context;
		this.loop = loop;
		this.headers = headers;
	}

	@Override
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	public <T> T getNativeResponse() {
		return (T) this;
	}

	@Override
	public HttpStatusCode getStatusCode() {
		HttpStatusCode status = super.getStatusCode();
		return (status != null) ? status : HttpStatusCode.valueOf(this.status.code());
	}

	@Override
	protected void applyStatusCode() {
		this.status = HttpResponseStatus.valueOf(getStatusCode().value());
	}

	@Override
	protected void applyHeaders() {
		// The headers are Netty's already.
	}

	@Override
	protected void applyCookies() {
		getCookies().values()
			.forEach((cookies) -> cookies
				.forEach((ResponseCookie cookie) -> this.headers.add(HttpHeaderNames.SET_COOKIE, cookie.toString())));
	}

	@Override
	protected Mono<Void> writeWithInternal(Publisher<? extends DataBuffer> body) {
		if (body instanceof Mono) {
			// Without a discard hook, as the connection releases the buffer.
			return Mono.from(body).flatMap((bytes) -> {
				writeFull(NettyDataBufferFactory.toByteBuf(bytes));
				return Mono.empty();
			});
		}
		return Flux.from(body)
			.concatMap(this::writePart, 1)
			.doOnDiscard(DataBuffer.class, DataBufferUtils::release)
			.then(Mono.fromRunnable(this::writeEnd))
			// The client has a part of the answer.
			.doOnCancel(this.context::close)
			.then();
	}

	@Override
	public Mono<Void> write(PollAnswer answer) {
		if (isCommitted()) {
			return Mono.error(new IllegalStateException("The request has been answered already"));
		}
		setStatusCode(answer.status());
		NettyAnswer.headers(answer)
			.iteratorCharSequence()
			.forEachRemaining((header) -> this.headers.set(header.getKey(), header.getValue()));
		return doCommit(() -> Mono.defer(() -> {
			writeFull(Unpooled.wrappedBuffer(answer.body()));
			ChannelFuture written = this.written;
			Throwable failure = (written != null) ? written.cause() : null;
			// The failure itself: a client that has gone is not an error of the server.
			return (failure != null) ? Mono.error(failure) : Mono.empty();
		}));
	}

	@Override
	protected Mono<Void> writeAndFlushWithInternal(Publisher<? extends Publisher<? extends DataBuffer>> body) {
		// Each part is flushed in any case.
		return writeWithInternal(Flux.from(body).concatMap((part) -> part, 1));
	}

	private void writeFull(ByteBuf body) {
		HttpHeaders headers = headersToWrite();
		headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
		String length = String.valueOf(body.readableBytes());
		if (!length.equals(headers.get(HttpHeaderNames.CONTENT_LENGTH))
				&& !this.status.equals(HttpResponseStatus.NOT_MODIFIED)) {
			headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
		}
		this.finished = true;
		write(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, this.status, body, headers, EmptyHttpHeaders.INSTANCE));
	}

	private Mono<Void> writePart(DataBuffer bytes) {
		writeHead();
		ChannelFuture part = write(new DefaultHttpContent(NettyDataBufferFactory.toByteBuf(bytes)));
		return FutureMono.from(part);
	}

	private void writeEnd() {
		writeHead();
		this.finished = true;
		write(LastHttpContent.EMPTY_LAST_CONTENT);
	}

	private void writeHead() {
		if (this.written == null) {
			HttpHeaders headers = headersToWrite();
			if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
				headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
			}
			write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, this.status, headers));
		}
	}

	/**
	 * The headers, or a copy if the event loop encodes them while another thread may
	 * change them.
	 */
	private HttpHeaders headersToWrite() {
		return this.loop.inLoop() ? this.headers : this.headers.copy();
	}

	private ChannelFuture write(HttpObject part) {
		ChannelPromise promise = this.context.newPromise();
		this.written = promise;
		this.loop.run(() -> write(part, promise));
		return promise;
	}

	private void write(HttpObject part, ChannelPromise promise) {
		if (this.over) {
			// The client would read it as the answer to the next request.
			ReferenceCountUtil.release(part);
			promise.tryFailure(new IllegalStateException("The exchange is over"));
		}
		else {
			this.context.writeAndFlush(part, promise);
		}
	}

	/**
	 * Completes the answer, as the application has handled the request.
	 * @param next is run on the event loop of the connection, when the answer is written,
	 * unless the connection closes
	 */
	void complete(Runnable next) {
		this.loop.run(() -> end(next));
	}

	private void end(Runnable next) {
		if (this.written == null) {
			writeFull(Unpooled.EMPTY_BUFFER);
		}
		this.over = true;
		ChannelFuture written = this.written;
		boolean last = this.headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
		if (!this.finished || written == null) {
			this.context.close();
		}
		else {
			// In most cases the answer is written already, and this is called at once.
			written.addListener((future) -> {
				if (future.isSuccess() && !last) {
					next.run();
				}
				else {
					this.context.close();
				}
			});
		}
	}

	/**
	 * Fails the exchange: answers with status 500, or closes the connection if an answer
	 * has begun.
	 */
	void fail() {
		this.loop.run(this::failNow);
	}

	private void failNow() {
		if (this.written != null || this.over) {
			this.over = true;
			this.context.close();
			return;
		}
		this.status = HttpResponseStatus.INTERNAL_SERVER_ERROR;
		this.headers.clear();
		this.headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
		end(this.context::close);
	}

}
