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
 * Waits until nodes have received all that was published before: it publishes a text,
 * which arrives after that.
 */
public final class FeedBarrier implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final int nodes;

	private final String feed;

	private final Socket socket;

	private final AtomicLong sent = new AtomicLong();

	private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();

	/**
	 * Creates a barrier.
	 * @param server the server that the nodes are connected to
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
		nodes.forEach((node) -> node.feeds().subscribe(this.feed, this::receive).join());
	}

	private void receive(String text) {
		CountDownLatch latch = this.awaited.get(text);
		if (latch != null) {
			latch.countDown();
		}
	}

	/**
	 * Waits until all nodes have received everything that was published before.
	 */
	public void await() {
		String text = String.valueOf(this.sent.incrementAndGet());
		CountDownLatch latch = new CountDownLatch(this.nodes);
		this.awaited.put(text, latch);
		publish(text);
		try {
			if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				throw new IllegalStateException("A node does not receive messages");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		finally {
			this.awaited.remove(text);
		}
	}

	private synchronized void publish(String text) {
		try {
			this.socket.getOutputStream()
				.write(("PUBLISH " + this.feed + " " + text + "\r\n").getBytes(StandardCharsets.US_ASCII));
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
