package io.github.cometspring.netty;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.web.EventLoops;
import io.github.cometspring.web.SocketWriter;
import io.github.cometspring.web.WriteListener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * The server's own event loops: a client is served on the thread that owns its socket.
 *
 * @since 0.1.0
 */
public final class ReactorNettyEventLoops implements EventLoops {

	private static final AttributeKey<PendingWrite> PENDING = AttributeKey.valueOf(PendingWrite.class, "pending");

	private final ConcurrentHashMap<io.netty.channel.EventLoop, EventLoop> loops = new ConcurrentHashMap<>();

	private final ConcurrentHashMap<Duration, Deadlines> deadlines = new ConcurrentHashMap<>();

	private final EventLoops fallback;

	private final boolean direct;

	private final AtomicInteger exchanges = new AtomicInteger();

	private volatile boolean compressing;

	/**
	 * Creates the loops.
	 * @param fallback for requests that another server took in
	 * @param direct whether streams may be written past the codecs of the server
	 */
	public ReactorNettyEventLoops(EventLoops fallback, boolean direct) {
		this.fallback = fallback;
		this.direct = direct;
	}

	/**
	 * Notes whether the server may compress an answer, which shows in the pipeline only
	 * when the head of the answer is written.
	 * @param compressing whether it may
	 */
	void setCompressing(boolean compressing) {
		this.compressing = compressing;
	}

	void exchangeBegan() {
		this.exchanges.incrementAndGet();
	}

	void exchangeEnded() {
		this.exchanges.decrementAndGet();
	}

	@Override
	public int exchanges() {
		return this.exchanges.get();
	}

	@Override
	public EventLoop of(ServerHttpRequest request) {
		Channel channel = connection(request);
		return (channel != null) ? of(channel) : this.fallback.of(request);
	}

	/**
	 * The event loop of a connection.
	 * @param channel the connection
	 * @return the loop
	 */
	EventLoop of(Channel channel) {
		EventLoop loop = this.loops.get(channel.eventLoop());
		return (loop != null) ? loop : this.loops.computeIfAbsent(channel.eventLoop(), NettyEventLoop::new);
	}

	@Override
	public void watch(ServerHttpRequest request, Duration patience, WriteListener listener) {
		Channel channel = connection(request);
		// A stream of HTTP/2 has no socket of its own
		if (channel == null || !(channel.parent() instanceof ServerChannel)) {
			this.fallback.watch(request, patience, listener);
		}
		else {
			of(channel).run(() -> watch(channel, patience, listener));
		}
	}

	/**
	 * Tells when a client has taken all that was written to it, which is mostly at once.
	 * @param channel the connection, on its event loop
	 * @param patience how long nothing at all may be taken before the connection is
	 * closed
	 * @param listener is told
	 */
	void watch(Channel channel, Duration patience, WriteListener listener) {
		ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
		if (pending == null) {
			listener.lost();
		}
		else if (pending.isEmpty()) {
			listener.taken();
		}
		else {
			pendingWrite(channel, patience).add(listener);
		}
	}

	private PendingWrite pendingWrite(Channel channel, Duration patience) {
		Attribute<PendingWrite> attribute = channel.attr(PENDING);
		PendingWrite pending = attribute.get();
		if (pending == null) {
			pending = new PendingWrite(channel, of(channel), this.deadlines.computeIfAbsent(patience, Deadlines::new));
			attribute.set(pending);
		}
		return pending;
	}

	@Override
	public void streaming(ServerHttpRequest request, Duration patience) {
		Channel channel = connection(request);
		if (channel != null) {
			UserTimeout.set(channel, patience);
		}
	}

	@Override
	public @Nullable SocketWriter socket(ServerHttpRequest request, ServerHttpResponse response, Duration patience) {
		Channel channel = direct(request, response);
		return (channel != null) ? new NettySocket(channel, patience, this) : null;
	}

	/**
	 * The connection of a request, if nobody stands between its answer and the socket.
	 * @param request the client's request, perhaps decorated
	 * @param response its answer, perhaps decorated
	 * @return the connection, or {@code null}
	 */
	@Nullable Channel direct(ServerHttpRequest request, ServerHttpResponse response) {
		Channel channel = connection(request);
		// A filter that has put its own response around the server's wants to see what is
		// written.
		boolean bare = response instanceof AbstractServerHttpResponse bareResponse
				&& bareResponse.getNativeResponse() instanceof HttpServerResponse nettyResponse
				&& nettyResponse.version().equals(HttpVersion.HTTP_1_1);
		boolean compressed = this.compressing && request.getHeaders().containsHeader(HttpHeaders.ACCEPT_ENCODING);
		return (this.direct && channel != null && bare && !compressed && PlainPipeline.isPlain(channel)) ? channel
				: null;
	}

	@Override
	public void upgraded(ServerHttpRequest request) {
		Channel channel = connection(request);
		if (channel != null) {
			Farewell.watch(channel);
		}
	}

	/**
	 * The connection of a request.
	 * @param request the client's request, perhaps decorated
	 * @return the connection, or {@code null} if another server took the request in
	 */
	static @Nullable Channel connection(ServerHttpRequest request) {
		Object nativeRequest = nativeRequest(request);
		if (nativeRequest instanceof NettyServerHttpRequest direct) {
			return direct.channel();
		}
		AtomicReference<@Nullable Channel> channel = new AtomicReference<>();
		if (nativeRequest instanceof HttpServerRequest nettyRequest) {
			nettyRequest.withConnection((connection) -> channel.set(connection.channel()));
		}
		return channel.get();
	}

	private static @Nullable Object nativeRequest(ServerHttpRequest request) {
		try {
			return ServerHttpRequestDecorator.getNativeRequest(request);
		}
		catch (IllegalStateException ex) {
			// A mock, as applications use in their tests
			return null;
		}
	}

	@Override
	public Runnable cutter(ServerHttpRequest request) {
		Channel channel = connection(request);
		return (channel != null) ? () -> of(channel).run(() -> cut(channel)) : this.fallback.cutter(request);
	}

	private static void cut(Channel channel) {
		if (channel.isOpen()) {
			// Else the kernel keeps what the client does not take.
			channel.config().setOption(ChannelOption.SO_LINGER, 0);
			channel.close();
		}
	}

	private record NettyEventLoop(io.netty.channel.EventLoop delegate) implements EventLoop {

		@Override
		public boolean inLoop() {
			return this.delegate.inEventLoop();
		}

		@Override
		public void execute(Runnable task) {
			this.delegate.execute(task);
		}

		@Override
		public void executeAfterIo(Runnable task) {
			// A task that is due is taken up when the sockets have been looked at, one
			// that is only queued may be run at once.
			this.delegate.schedule(task, 1, TimeUnit.NANOSECONDS);
		}

		@Override
		public void schedule(Runnable task, Duration delay) {
			this.delegate.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
		}

		@Override
		public long nanoTime() {
			return this.delegate.ticker().nanoTime();
		}

	}

}
