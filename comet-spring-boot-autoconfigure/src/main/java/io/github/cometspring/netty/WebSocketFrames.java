package io.github.cometspring.netty;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Hands the frames that the client of a taken-over WebSocket sends to one subscriber, and
 * reads no more of them than it requests. Belongs to the event loop of the connection.
 */
final class WebSocketFrames extends ChannelDuplexHandler {

	static final String NAME = "comet.frames";

	private final Queue<WebSocketFrame> waiting = new ArrayDeque<>(2);

	@SuppressWarnings("NullAway.Init") // before anything else can happen
	private ChannelHandlerContext context;

	private @Nullable CoreSubscriber<? super WebSocketFrame> listener;

	private long requested;

	private boolean reading;

	private boolean handingOut;

	private @Nullable Throwable error;

	private boolean over;

	private boolean closing;

	/**
	 * What serves the WebSocket.
	 */
	private @Nullable Disposable serving;

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.context = context;
		// The server may have left it on.
		context.channel().config().setAutoRead(false);
	}

	/**
	 * The frames, each released after it has been handed to the subscriber. They end with
	 * the close frame or the connection of the client.
	 */
	Flux<WebSocketFrame> receive() {
		return new Flux<>() {
			@Override
			public void subscribe(CoreSubscriber<? super WebSocketFrame> subscriber) {
				WebSocketFrames.this.listener = subscriber;
				subscriber.onSubscribe(new Demand());
			}
		};
	}

	/**
	 * Whether either side has sent a close frame.
	 */
	boolean isClosing() {
		return this.closing;
	}

	/**
	 * Sends a close frame, unless one was sent, and closes the connection when the frame
	 * is written.
	 * @param frame the close frame
	 * @param promise is completed when it is written
	 */
	void close(CloseWebSocketFrame frame, ChannelPromise promise) {
		if (this.closing) {
			frame.release();
			promise.trySuccess();
			return;
		}
		this.closing = true;
		this.context.writeAndFlush(frame, promise).addListener(ChannelFutureListener.CLOSE);
	}

	private void close(CloseWebSocketFrame frame) {
		close(frame, this.context.newPromise());
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		this.reading = true;
		if (this.closing || this.over || !(message instanceof WebSocketFrame frame)) {
			// Too late, or no frame
			ReferenceCountUtil.release(message);
		}
		else if (frame instanceof CloseWebSocketFrame close) {
			close(close);
			end(null);
		}
		else {
			this.waiting.add(frame);
			handOut();
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		this.reading = false;
		readOn();
	}

	private void readOn() {
		if (!this.reading && this.requested > 0 && this.waiting.isEmpty() && !this.over) {
			this.context.read();
		}
	}

	private void handOut() {
		CoreSubscriber<? super WebSocketFrame> listener = this.listener;
		if (this.handingOut || listener == null) {
			return;
		}
		this.handingOut = true;
		while (this.requested > 0 && !this.waiting.isEmpty()) {
			WebSocketFrame frame = this.waiting.remove();
			this.requested--;
			listener.onNext(frame);
			frame.release();
		}
		this.handingOut = false;
		if (this.over && this.waiting.isEmpty()) {
			this.listener = null;
			if (this.error != null) {
				listener.onError(this.error);
			}
			else {
				listener.onComplete();
			}
		}
	}

	private void end(@Nullable Throwable error) {
		if (!this.over) {
			this.over = true;
			this.error = error;
			handOut();
		}
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (message instanceof HttpObject) {
			// The handshake was the answer. The server completes its exchange.
			ReferenceCountUtil.release(message);
			promise.trySuccess();
		}
		else {
			context.write(message, promise);
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (cause instanceof IOException) {
			// The client has gone, and no other handler closes the connection.
			context.close();
		}
		else if (!(cause instanceof PrematureChannelClosureException)
				&& !(this.closing && cause instanceof CodecException)) {
			end(cause);
		}
	}

	/**
	 * Sets what serves the WebSocket. It is cancelled when the connection has ended: it
	 * may wait for something, such as an authorizer.
	 */
	void setServing(Disposable serving) {
		this.serving = serving;
		if (!this.context.channel().isActive()) {
			serving.dispose();
		}
	}

	@Override
	public void channelInactive(ChannelHandlerContext context) {
		end(null);
		if (this.serving != null) {
			this.serving.dispose();
		}
		context.fireChannelInactive();
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		this.waiting.forEach(ReferenceCountUtil::release);
		this.waiting.clear();
	}

	/**
	 * The demand of the subscriber.
	 */
	private final class Demand implements Subscription {

		@Override
		public void request(long n) {
			if (Operators.validate(n)) {
				onLoop(() -> {
					WebSocketFrames.this.requested = Operators.addCap(WebSocketFrames.this.requested, n);
					handOut();
					readOn();
				});
			}
		}

		@Override
		public void cancel() {
			onLoop(() -> {
				WebSocketFrames.this.listener = null;
				WebSocketFrames.this.over = true;
				close(new CloseWebSocketFrame());
			});
		}

		private void onLoop(Runnable task) {
			if (WebSocketFrames.this.context.executor().inEventLoop()) {
				task.run();
			}
			else {
				WebSocketFrames.this.context.executor().execute(task);
			}
		}

	}

}
