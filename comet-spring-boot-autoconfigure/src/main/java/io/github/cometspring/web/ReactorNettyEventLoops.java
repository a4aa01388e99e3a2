package io.github.cometspring.web;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.subscription.EventLoop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/**
 * The server's own event loops: a client is served on the thread that owns its socket.
 *
 * @since 0.1.0
 */
public final class ReactorNettyEventLoops implements EventLoops {

	private final ConcurrentHashMap<io.netty.channel.EventLoop, EventLoop> loops = new ConcurrentHashMap<>();

	private final EventLoops fallback;

	/**
	 * Creates the loops.
	 * @param fallback for requests that another server took in
	 */
	public ReactorNettyEventLoops(EventLoops fallback) {
		this.fallback = fallback;
	}

	@Override
	public EventLoop of(ServerHttpRequest request) {
		Channel channel = channel(request);
		return (channel != null) ? this.loops.computeIfAbsent(channel.eventLoop(), NettyEventLoop::new)
				: this.fallback.of(request);
	}

	@Override
	public void watch(ServerHttpRequest request, Duration patience, Runnable taken, Runnable lost) {
		Channel channel = channel(request);
		// A stream of HTTP/2 has no socket of its own
		if (channel == null || !(channel.parent() instanceof ServerChannel)) {
			this.fallback.watch(request, patience, taken, lost);
		}
		else if (channel.eventLoop().inEventLoop()) {
			PendingWrite.watch(channel, patience, taken, lost);
		}
		else {
			channel.eventLoop().execute(() -> PendingWrite.watch(channel, patience, taken, lost));
		}
	}

	/**
	 * The client's connection, if it is of this kind.
	 */
	static @Nullable Channel channel(ServerHttpRequest request) {
		AtomicReference<@Nullable Channel> channel = new AtomicReference<>();
		if (nativeRequest(request) instanceof HttpServerRequest nettyRequest) {
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
	public void drop(ServerHttpRequest request) {
		Channel channel = channel(request);
		if (channel != null) {
			// Else the kernel keeps what the client does not take.
			channel.config().setOption(ChannelOption.SO_LINGER, 0);
			channel.close();
		}
		else {
			this.fallback.drop(request);
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
		public void schedule(Runnable task, Duration delay) {
			this.delegate.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
		}

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

	}

}
