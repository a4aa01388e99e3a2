package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Ends the clients that wait on one event loop, all at once or spread over a time. It
 * ends them in slices, between which the loop processes I/O. If they are spread, the time
 * is divided into as many parts as there are clients, and each client ends at a random
 * moment of its part. There is one timer for all of them. Belongs to its event loop.
 */
final class EndingWalk {

	/**
	 * The shortest time of the timer. Clients that end within it end together.
	 */
	private static final long SHORTEST_WAIT = Duration.ofMillis(2).toNanos();

	private final EventLoop loop;

	private final List<WaitingClients.Client> clients;

	private final Consumer<WaitingClients.Client> order;

	private final long spread;

	private final long begin;

	/**
	 * The index of the next client.
	 */
	private int next;

	/**
	 * When the next client is to end.
	 */
	private long due;

	/**
	 * Creates a walk.
	 * @param loop the loop of the clients
	 * @param clients the clients
	 * @param order ends a client
	 * @param spread the time over which they are spread, or zero to end them at once
	 */
	EndingWalk(EventLoop loop, List<WaitingClients.Client> clients, Consumer<WaitingClients.Client> order,
			Duration spread) {
		this.loop = loop;
		this.clients = clients;
		this.order = order;
		this.spread = spread.toNanos();
		this.begin = loop.nanoTime();
		this.due = dueOfNext();
	}

	private long dueOfNext() {
		if (this.spread == 0 || this.clients.isEmpty()) {
			return this.begin;
		}
		double part = (this.next + ThreadLocalRandom.current().nextDouble()) / this.clients.size();
		return this.begin + (long) (this.spread * part);
	}

	/**
	 * Ends the clients that are due, and continues later with the others.
	 */
	void run() {
		long now = this.loop.nanoTime();
		try {
			for (int i = 0; i < EventLoop.SLICE && !isDone() && this.due - now <= 0; i++) {
				WaitingClients.Client client = this.clients.get(this.next++);
				this.due = dueOfNext();
				this.order.accept(client);
			}
		}
		finally {
			// Also when one of them has failed: the others still wait.
			if (!isDone()) {
				continueLater();
			}
		}
	}

	private boolean isDone() {
		return this.next == this.clients.size();
	}

	private void continueLater() {
		long wait = this.due - this.loop.nanoTime();
		try {
			if (wait <= 0) {
				this.loop.executeAfterIo(this::run);
			}
			else {
				this.loop.schedule(this::run, Duration.ofNanos(Math.max(wait, SHORTEST_WAIT)));
			}
		}
		catch (RejectedExecutionException ex) {
			// The loop has ended, and its clients with it.
		}
	}

}
