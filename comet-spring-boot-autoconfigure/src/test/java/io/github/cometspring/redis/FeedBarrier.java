package io.github.cometspring.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.cometspring.testing.RedisServer;

/**
 * Waits until nodes have heard what has been published: a word that is sent after it
 * arrives after it.
 */
public final class FeedBarrier {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final RedisServer server;

	private final int nodes;

	private final String feed;

	private final AtomicLong words = new AtomicLong();

	private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();

	/**
	 * Creates a barrier.
	 * @param server where the nodes are connected
	 * @param nodes the nodes, which have the same keys
	 */
	public FeedBarrier(RedisServer server, List<RedisNode> nodes) {
		this.server = server;
		this.nodes = nodes.size();
		this.feed = nodes.get(0).keys().probe("barrier");
		nodes.forEach((node) -> node.feed().subscribe(this.feed, this::hear).join());
	}

	private void hear(String word) {
		CountDownLatch latch = this.awaited.get(word);
		if (latch != null) {
			latch.countDown();
		}
	}

	/**
	 * Waits until all nodes have heard everything that was published before.
	 */
	public void await() {
		String word = String.valueOf(this.words.incrementAndGet());
		CountDownLatch latch = new CountDownLatch(this.nodes);
		this.awaited.put(word, latch);
		this.server.command("PUBLISH " + this.feed + " " + word);
		try {
			if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				throw new IllegalStateException("A node does not hear");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		finally {
			this.awaited.remove(word);
		}
	}

}
