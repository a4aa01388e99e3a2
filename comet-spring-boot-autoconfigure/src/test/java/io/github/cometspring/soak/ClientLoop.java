package io.github.cometspring.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One thread that serves the connections of many clients.
 */
final class ClientLoop implements AutoCloseable {

	private static final int BUFFER = 64 * 1024;

	private static final int RECEIVE_BUFFER = 8 * 1024;

	private static final long LONGEST_WAIT_MILLIS = 1_000;

	/**
	 * The number of addresses of this machine that clients connect to in turn. Each has
	 * as many ports for clients as there are.
	 */
	private static final int ADDRESSES = 8;

	private final Selector selector;

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(Timer::due));

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

	private final Consumer<Throwable> onFailure;

	private final Thread thread;

	private int connections;

	private volatile boolean closed;

	/**
	 * Starts a loop.
	 * @param onFailure gets the errors of clients
	 */
	ClientLoop(Consumer<Throwable> onFailure) {
		this.onFailure = onFailure;
		try {
			this.selector = Selector.open();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.thread = new Thread(this::run, "clients");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Runs a task on the thread of this loop.
	 * @param task the task
	 */
	void execute(Runnable task) {
		this.tasks.add(task);
		this.selector.wakeup();
	}

	/**
	 * Runs a task later. Called on the thread of this loop.
	 * @param task the task
	 * @param millis the delay
	 */
	void schedule(Runnable task, long millis) {
		this.timers.add(new Timer(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), task));
	}

	/**
	 * Connects to a port of this machine. Called on the thread of this loop.
	 * @param port the port
	 * @param peer uses the connection
	 * @return the connection, which is not open yet
	 */
	Link connect(int port, Peer peer) {
		try {
			SocketChannel channel = SocketChannel.open();
			channel.configureBlocking(false);
			// A client that does not read is soon noticed.
			channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
			channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			byte last = (byte) (1 + this.connections++ % ADDRESSES);
			SelectionKey key = channel.register(this.selector, SelectionKey.OP_CONNECT);
			Link link = new Link(channel, key, peer);
			key.attach(link);
			if (channel
				.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] { 127, 0, 0, last }), port))) {
				execute(link::opened);
			}
			return link;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void run() {
		try {
			while (!this.closed) {
				this.selector.select((key) -> guard(() -> ((Link) key.attachment()).ready(this.buffer)), nextWait());
				for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
					guard(task);
				}
				while (!this.timers.isEmpty() && this.timers.element().due - System.nanoTime() <= 0) {
					guard(this.timers.remove().task);
				}
			}
			this.selector.close();
		}
		catch (IOException ex) {
			this.onFailure.accept(ex);
		}
	}

	private long nextWait() {
		Timer next = this.timers.peek();
		if (next == null) {
			return LONGEST_WAIT_MILLIS;
		}
		long millis = TimeUnit.NANOSECONDS.toMillis(next.due - System.nanoTime()) + 1;
		return Math.max(1, Math.min(LONGEST_WAIT_MILLIS, millis));
	}

	private void guard(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			this.onFailure.accept(ex);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.selector.wakeup();
		try {
			this.thread.join(LONGEST_WAIT_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private record Timer(long due, Runnable task) {
	}

}
