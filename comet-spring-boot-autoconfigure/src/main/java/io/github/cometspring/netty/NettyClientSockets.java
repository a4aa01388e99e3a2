package io.github.cometspring.netty;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.web.ClientSocket;
import io.github.cometspring.web.ClientSockets;
import io.github.cometspring.web.WriteListener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/**
 * The sockets of the server itself: a client is served on the thread that owns its
 * socket.
 *
 * @since 0.1.0
 */
public final class NettyClientSockets implements ClientSockets {

	private static final AttributeKey<PendingWrite> PENDING = AttributeKey.valueOf(PendingWrite.class, "pending");

	private final ConcurrentHashMap<io.netty.channel.EventLoop, EventLoop> loops = new ConcurrentHashMap<>();

	private final ClientSockets fallback;

	private final boolean direct;

	private final Duration writeTimeout;

	private final Deadlines writeDeadlines;

	private final KeptHeaders.Pool headers = new KeptHeaders.Pool();

	private volatile boolean compressing;

	/**
	 * Creates the sockets.
	 * @param fallback for requests that another server took in
	 * @param direct whether streams may be written direct, without the server's codecs
	 * @param writeTimeout how long a client may take nothing before its connection is
	 * closed
	 */
	public NettyClientSockets(ClientSockets fallback, boolean direct, Duration writeTimeout) {
		this.fallback = fallback;
		this.direct = direct;
		this.writeTimeout = writeTimeout;
		this.writeDeadlines = new Deadlines(writeTimeout);
	}

	/**
	 * Records whether the server may compress an answer, which shows in the pipeline only
	 * when the head of the answer is written.
	 * @param compressing whether it may
	 */
	void setCompressing(boolean compressing) {
		this.compressing = compressing;
	}

	@Override
	public ClientSocket of(ServerHttpRequest request) {
		NettyClientSocket socket = find(request);
		return (socket != null) ? socket : this.fallback.of(request);
	}

	/**
	 * The socket of a request.
	 * @param request the client's request, perhaps decorated
	 * @return the socket, or {@code null} if another server took the request in
	 */
	@Nullable NettyClientSocket find(ServerHttpRequest request) {
		Channel channel = channel(request);
		if (channel == null) {
			return null;
		}
		boolean compressed = this.compressing && request.getHeaders().containsHeader(HttpHeaders.ACCEPT_ENCODING);
		return new NettyClientSocket(channel, this, this.direct && !compressed);
	}

	private static @Nullable Channel channel(ServerHttpRequest request) {
		Object nativeRequest = nativeRequest(request);
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

	/**
	 * The event loop of a connection.
	 * @param channel the connection
	 * @return the loop
	 */
	EventLoop loop(Channel channel) {
		EventLoop loop = this.loops.get(channel.eventLoop());
		return (loop != null) ? loop : this.loops.computeIfAbsent(channel.eventLoop(), NettyEventLoop::new);
	}

	/**
	 * The headers that the application has set, one object for most clients.
	 * @param headers all headers of an empty answer
	 * @return the headers to be kept
	 */
	KeptHeaders keep(io.netty.handler.codec.http.HttpHeaders headers) {
		return this.headers.keep(headers);
	}

	Duration writeTimeout() {
		return this.writeTimeout;
	}

	@Override
	public Deadlines writeDeadlines() {
		return this.writeDeadlines;
	}

	/**
	 * Notifies a listener when a client has taken everything that was written to it,
	 * which is mostly at once. The connection of a client that stalls is closed.
	 * @param channel the connection, on its event loop
	 * @param listener is notified
	 */
	void watch(Channel channel, WriteListener listener) {
		ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
		if (pending == null) {
			listener.lost();
		}
		else if (pending.isEmpty()) {
			listener.taken();
		}
		else {
			pendingWrite(channel).add(listener);
		}
	}

	private PendingWrite pendingWrite(Channel channel) {
		Attribute<PendingWrite> attribute = channel.attr(PENDING);
		PendingWrite pending = attribute.get();
		if (pending == null) {
			pending = new PendingWrite(channel, loop(channel), this.writeDeadlines);
			attribute.set(pending);
		}
		return pending;
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
			// Netty runs a scheduled task after the I/O of the loop. It may run a queued
			// task before that.
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
