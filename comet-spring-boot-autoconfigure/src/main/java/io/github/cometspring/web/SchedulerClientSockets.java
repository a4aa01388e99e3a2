package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SchedulerEventLoop;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Serves clients on a few event loops of a Reactor scheduler, in turn. For servers other
 * than Reactor Netty: the sockets remain the server's.
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
	 * @param count the number of loops
	 * @param writeTimeout how long a write to a client may make no progress
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
		public void cut() {
			// The server does not offer this.
		}

	}

}
