package io.github.cometspring.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import org.jspecify.annotations.Nullable;

/**
 * The channels of a crowd, and the threads that publish on them. Some channels stay; of
 * the others each is closed after a number of messages, and a new one takes its place.
 */
final class Feeds implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int THREADS = 2;

	private static final Duration SHORTEST_PAUSE = Duration.ofNanos(200_000);

	private static final int SHORT_LIFE = 60;

	private static final AtomicInteger NAMES = new AtomicInteger();

	private final Channels channels;

	private final int filler;

	private final Duration pause;

	private final List<Feed> staying = new ArrayList<>();

	private final AtomicReferenceArray<Feed> passing;

	private final Map<String, Feed> byName = new ConcurrentHashMap<>();

	private final List<Thread> threads = new ArrayList<>();

	private final AtomicLong published = new AtomicLong();

	private final AtomicLong closed = new AtomicLong();

	private volatile boolean over;

	private volatile @Nullable Throwable failure;

	/**
	 * Creates the channels.
	 * @param channels the channels of the server
	 * @param staying the number of channels that stay
	 * @param passing the number of channels that are closed and replaced
	 * @param filler how many bytes are added to each message
	 * @param pause how long each publisher pauses when it has published on all of its
	 * channels, or zero for none
	 */
	Feeds(Channels channels, int staying, int passing, int filler, Duration pause) {
		this.pause = pause;
		this.channels = channels;
		this.filler = filler;
		for (int i = 0; i < staying; i++) {
			this.staying.add(create("stays"));
		}
		this.passing = new AtomicReferenceArray<>(passing);
		for (int i = 0; i < passing; i++) {
			this.passing.set(i, create("passes"));
		}
	}

	private Feed create(String prefix) {
		Channel channel = Objects
			.requireNonNull(this.channels.create(prefix + "-" + NAMES.incrementAndGet()).block(PATIENCE));
		Feed feed = new Feed(channel, this.filler);
		this.byName.put(feed.name(), feed);
		return feed;
	}

	/**
	 * A channel that stays.
	 * @param client the number of the client that wants it
	 * @return the channel
	 */
	Feed staying(int client) {
		return this.staying.get(client % this.staying.size());
	}

	List<Feed> staying() {
		return this.staying;
	}

	/**
	 * A channel that is closed some time.
	 * @param client the number of the client that wants it
	 * @return the name of the channel, or {@code null} if there are none
	 */
	@Nullable String passing(int client) {
		int count = this.passing.length();
		return (count > 0) ? this.passing.get(client % count).name() : null;
	}

	void heard(String channel, long number) {
		Feed feed = this.byName.get(channel);
		if (feed != null) {
			feed.heard(number);
		}
	}

	/**
	 * Publishes from now on.
	 */
	void begin() {
		for (int i = 0; i < THREADS; i++) {
			int share = i;
			Thread thread = new Thread(() -> publish(share), "publisher");
			thread.setDaemon(true);
			thread.start();
			this.threads.add(thread);
		}
	}

	private void publish(int share) {
		try {
			while (!this.over) {
				Duration pause = (publishRound(share) > 0) ? this.pause : SHORTEST_PAUSE;
				LockSupport.parkNanos(pause.toNanos());
			}
		}
		catch (RuntimeException | Error ex) {
			this.failure = ex;
		}
	}

	private int publishRound(int share) {
		int count = 0;
		for (int i = share; i < this.staying.size(); i += THREADS) {
			count += this.staying.get(i).publishIfDue() ? 1 : 0;
		}
		for (int i = share; i < this.passing.length(); i += THREADS) {
			Feed feed = this.passing.get(i);
			count += feed.publishIfDue() ? 1 : 0;
			if (feed.published() >= SHORT_LIFE) {
				this.passing.set(i, create("passes"));
				feed.close();
				this.byName.remove(feed.name());
				this.closed.incrementAndGet();
			}
		}
		this.published.addAndGet(count);
		return count;
	}

	/**
	 * The number of messages that have been published.
	 */
	long published() {
		return this.published.get();
	}

	/**
	 * The number of channels that have been closed and replaced.
	 */
	long closed() {
		return this.closed.get();
	}

	/**
	 * The error that has stopped a publisher.
	 * @return the error, or {@code null} if there is none
	 */
	@Nullable Throwable failure() {
		return this.failure;
	}

	/**
	 * Stops publishing.
	 */
	void stop() throws InterruptedException {
		this.over = true;
		for (Thread thread : this.threads) {
			thread.join(PATIENCE.toMillis());
		}
	}

	/**
	 * The number of clients that listen to the channels.
	 */
	int subscribers() {
		return this.byName.values().stream().mapToInt((feed) -> feed.channel().subscribers()).sum();
	}

	/**
	 * Closes all channels.
	 */
	@Override
	public void close() {
		this.over = true;
		this.byName.values().forEach(Feed::close);
		this.byName.clear();
	}

}
