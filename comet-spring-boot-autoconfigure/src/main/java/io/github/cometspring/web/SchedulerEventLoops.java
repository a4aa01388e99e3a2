package io.github.cometspring.web;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SchedulerEventLoop;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * A few loops upon a Reactor scheduler, taken in turn: for servers other than Reactor
 * Netty.
 *
 * @since 0.1.0
 */
public final class SchedulerEventLoops implements EventLoops {

	private final List<EventLoop> loops;

	private final AtomicInteger next = new AtomicInteger();

	/**
	 * Creates the loops.
	 * @param scheduler whose workers run the tasks
	 * @param count how many loops
	 */
	public SchedulerEventLoops(Scheduler scheduler, int count) {
		this.loops = Stream.<EventLoop>generate(() -> new SchedulerEventLoop(scheduler)).limit(count).toList();
	}

	@Override
	public EventLoop of(ServerHttpRequest request) {
		return this.loops.get(Math.floorMod(this.next.getAndIncrement(), this.loops.size()));
	}

	@Override
	public Runnable cutter(ServerHttpRequest request) {
		return () -> {
			// The connection is the server's own.
		};
	}

}
