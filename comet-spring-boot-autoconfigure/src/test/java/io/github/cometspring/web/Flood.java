package io.github.cometspring.web;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.github.cometspring.testing.RawConnection;
import org.awaitility.Awaitility;

/**
 * Sends the same bytes again and again on a thread of its own, without reading, until the
 * connection ends.
 */
final class Flood implements AutoCloseable {

	private static final int SAMPLES = 5;

	private static final Duration INTERVAL = Duration.ofMillis(100);

	private final RawConnection connection;

	private final byte[] wave;

	private final Thread thread = new Thread(this::run, "flood");

	private final AtomicLong sent = new AtomicLong();

	private volatile boolean over;

	private Flood(RawConnection connection, byte[] wave) {
		this.connection = connection;
		this.wave = wave;
	}

	/**
	 * Starts a flood.
	 * @param connection the connection
	 * @param wave the bytes
	 * @return the flood
	 */
	static Flood start(RawConnection connection, byte[] wave) {
		Flood flood = new Flood(connection, wave);
		flood.thread.setDaemon(true);
		flood.thread.start();
		return flood;
	}

	private void run() {
		try {
			while (!this.over) {
				this.connection.send(this.wave);
				this.sent.addAndGet(this.wave.length);
			}
		}
		catch (UncheckedIOException ex) {
			// The server has closed the connection.
		}
		this.over = true;
	}

	/**
	 * The number of bytes sent.
	 */
	long sent() {
		return this.sent.get();
	}

	/**
	 * Whether the connection has ended.
	 */
	boolean isOver() {
		return this.over;
	}

	/**
	 * Waits until the server stops reading, or has closed the connection.
	 * @param timeout the longest time to wait
	 */
	void awaitStalled(Duration timeout) {
		AtomicLong before = new AtomicLong();
		AtomicInteger standing = new AtomicInteger();
		Awaitility.await().pollInterval(INTERVAL).atMost(timeout).until(() -> {
			long now = sent();
			standing.set((before.getAndSet(now) == now) ? standing.get() + 1 : 0);
			return isOver() || standing.get() >= SAMPLES;
		});
	}

	@Override
	public void close() {
		this.over = true;
		this.connection.close();
	}

}
