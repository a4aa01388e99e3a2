package io.github.cometspring.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import io.github.cometspring.subscription.Transport;

/**
 * Many clients of all dialects on few threads, and what they have in common.
 */
final class Crowd implements AutoCloseable {

	private static final long CHECK_MILLIS = 500;

	/**
	 * The port through which connections get lost is for few, as it costs threads: of so
	 * many clients the first four, one of each dialect, and the first of the crowd only.
	 */
	private static final int LOSSY_OF = 32;

	private static final int LOSSY_AMONG = 320;

	private static final int MOST_VIOLATIONS = 50;

	private final int port;

	private final int lossyPort;

	private final Feeds feeds;

	private final Habits habits;

	private final Counts counts = new Counts();

	private final List<ClientLoop> loops = new ArrayList<>();

	private final List<SoakClient> clients = new ArrayList<>();

	private final Queue<String> violations = new ConcurrentLinkedQueue<>();

	private final AtomicInteger arrived = new AtomicInteger();

	private volatile Map<Feed, Long> goals = Map.of();

	private volatile boolean ending;

	/**
	 * Creates a crowd without clients.
	 * @param port the port of the server
	 * @param lossyPort the port of a proxy that loses connections, or 0 for none
	 * @param feeds the channels
	 * @param habits how the clients behave
	 * @param threads the number of threads
	 */
	Crowd(int port, int lossyPort, Feeds feeds, Habits habits, int threads) {
		this.port = port;
		this.lossyPort = lossyPort;
		this.feeds = feeds;
		this.habits = habits;
		for (int i = 0; i < threads; i++) {
			this.loops.add(new ClientLoop((ex) -> violated(ex.toString())));
		}
	}

	/**
	 * Lets clients come.
	 * @param count how many
	 * @param random the seeds of what they do
	 * @param within the time within which they come
	 */
	void come(int count, Random random, Duration within) {
		for (int i = 0; i < count; i++) {
			ClientLoop loop = this.loops.get(i % this.loops.size());
			SoakClient client = new SoakClient(this, loop, i, random.nextLong());
			this.clients.add(client);
			long delay = within.toMillis() * i / count;
			loop.execute(() -> loop.schedule(client::connect, delay));
		}
		for (int i = 0; i < this.loops.size(); i++) {
			ClientLoop loop = this.loops.get(i);
			int share = i;
			loop.execute(() -> check(loop, share));
		}
	}

	private void check(ClientLoop loop, int share) {
		for (int i = share; i < this.clients.size(); i += this.loops.size()) {
			this.clients.get(i).check();
		}
		loop.schedule(() -> check(loop, share), CHECK_MILLIS);
	}

	int size() {
		return this.clients.size();
	}

	int port() {
		return this.port;
	}

	int lossyPort() {
		return this.lossyPort;
	}

	/**
	 * Whether a client uses the port through which connections get lost.
	 */
	boolean takeLossy(int client) {
		return this.lossyPort != 0 && !this.ending && client < LOSSY_AMONG
				&& client % LOSSY_OF < Transport.values().length;
	}

	Feeds feeds() {
		return this.feeds;
	}

	Habits habits() {
		return this.habits;
	}

	Counts counts() {
		return this.counts;
	}

	/**
	 * Whether the clients stay on their connections from now on.
	 */
	boolean isEnding() {
		return this.ending;
	}

	/**
	 * The number of the message that a client has to reach.
	 */
	long goal(Feed feed) {
		return this.goals.getOrDefault(feed, Long.MAX_VALUE);
	}

	void arrived() {
		this.arrived.incrementAndGet();
	}

	void violated(String what) {
		if (this.violations.size() < MOST_VIOLATIONS) {
			this.violations.add(what);
		}
	}

	/**
	 * What has gone wrong.
	 * @return sentences, the first of many
	 */
	List<String> violations() {
		return List.copyOf(this.violations);
	}

	/**
	 * Waits until each client has received a message that is published from now on.
	 * @param patience the longest time to wait
	 * @return whether all have
	 */
	boolean awaitArrival(Duration patience) {
		this.ending = true;
		this.goals = this.feeds.staying()
			.stream()
			.collect(Collectors.toMap((feed) -> feed, (feed) -> feed.published() + 1, Math::max,
					ConcurrentHashMap::new));
		long deadline = System.nanoTime() + patience.toNanos();
		while (this.arrived.get() < this.clients.size() && System.nanoTime() < deadline) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
		}
		return this.arrived.get() == this.clients.size();
	}

	/**
	 * The number of clients that have received a message that was published when the end
	 * had begun.
	 */
	int arrivals() {
		return this.arrived.get();
	}

	/**
	 * Lets all clients go.
	 */
	@Override
	public void close() {
		CountDownLatch gone = new CountDownLatch(this.loops.size());
		for (int i = 0; i < this.loops.size(); i++) {
			int share = i;
			this.loops.get(i).execute(() -> {
				for (int client = share; client < this.clients.size(); client += this.loops.size()) {
					this.clients.get(client).stop();
				}
				gone.countDown();
			});
		}
		try {
			gone.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.loops.forEach(ClientLoop::close);
	}

}
