package io.github.cometspring.redis;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
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
public final class FeedBarrier implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final int nodes;

	private final String feed;

	private final Socket socket;

	private final AtomicLong words = new AtomicLong();

	private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();

	/**
	 * Creates a barrier.
	 * @param server where the nodes are connected
	 * @param nodes the nodes, which have the same keys
	 */
	public FeedBarrier(RedisServer server, List<RedisNode> nodes) {
		this.nodes = nodes.size();
		this.feed = nodes.get(0).keys().probe("barrier");
		try {
			this.socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
			this.socket.setTcpNoDelay(true);
			this.socket.setSoTimeout((int) PATIENCE.toMillis());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
		publish(word);
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

	private synchronized void publish(String word) {
		try {
			this.socket.getOutputStream()
				.write(("PUBLISH " + this.feed + " " + word + "\r\n").getBytes(StandardCharsets.US_ASCII));
			for (int b = this.socket.getInputStream().read(); b != '\n'; b = this.socket.getInputStream().read()) {
				if (b < 0) {
					throw new EOFException();
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
