package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SchedulerEventLoop;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Serves clients on a few loops upon a Reactor scheduler, taken in turn, and leaves their
 * sockets to the server: for servers other than Reactor Netty.
 *
 * @since 0.1.0
 */
public final class SchedulerClientSockets implements ClientSockets {

	private final List<EventLoop> loops;

	private final Deadlines writeDeadlines;

	private final AtomicInteger next = new AtomicInteger();

	/**
	 * Creates the sockets.
	 * @param scheduler whose workers run the tasks of the loops
	 * @param count how many loops
	 * @param writeTimeout how long the writing to a client may make no progress
	 */
	public SchedulerClientSockets(Scheduler scheduler, int count, Duration writeTimeout) {
		this.loops = Stream.<EventLoop>generate(() -> new SchedulerEventLoop(scheduler)).limit(count).toList();
		this.writeDeadlines = new Deadlines(writeTimeout);
	}

	@Override
	public ClientSocket of(ServerHttpRequest request) {
		return new Socket(this.loops.get(Math.floorMod(this.next.getAndIncrement(), this.loops.size())),
				this.writeDeadlines);
	}

	@Override
	public Deadlines writeDeadlines() {
		return this.writeDeadlines;
	}

	private record Socket(EventLoop loop, Deadlines writeDeadlines) implements ClientSocket {

		@Override
		public Mono<Void> deadline() {
			return this.writeDeadlines.on(this.loop);
		}

		@Override
		public Disposable whenLate(Runnable over) {
			return this.writeDeadlines.after(this.loop, over);
		}

		@Override
		public void cut() {
			// The connection is the server's own.
		}

	}

}
