package io.github.cometspring.web;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.subscription.EventLoop;
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
		if (ServerHttpRequestDecorator.getNativeRequest(request) instanceof HttpServerRequest nettyRequest) {
			AtomicReference<EventLoop> loop = new AtomicReference<>();
			nettyRequest.withConnection((connection) -> loop
				.set(this.loops.computeIfAbsent(connection.channel().eventLoop(), NettyEventLoop::new)));
			EventLoop found = loop.get();
			if (found != null) {
				return found;
			}
		}
		return this.fallback.of(request);
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
