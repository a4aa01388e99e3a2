package io.github.cometspring.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Clients that wait until their server ends them, with one thread for all: long polls,
 * which get one answer, and event streams, which get a last chunk. It knows how and when
 * each was ended.
 */
final class EndingCrowd implements AutoCloseable {

	private static final String POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\nContent-Length: %d\r\n\r\n%s";

	private static final String STREAM = "GET /comet?channel=%s HTTP/1.1\r\nHost: localhost\r\n"
			+ "Accept: text/event-stream\r\n\r\n";

	private static final String LAST_CHUNK = "0\r\n\r\n";

	// Fewer than the server's backlog
	private static final int CONNECTING_AT_MOST = 100;

	private static final int BUFFER = 4096;

	private final Selector selector;

	private final InetSocketAddress address;

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

	private final List<SocketChannel> clients = new ArrayList<>();

	private final Map<String, Integer> ends = new TreeMap<>();

	private final int polls;

	private final int streams;

	private int connecting;

	private int streaming;

	private int ended;

	private long firstEnd;

	private long lastEnd;

	EndingCrowd(int port, int polls, int streams) {
		try {
			this.selector = Selector.open();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
		this.polls = polls;
		this.streams = streams;
	}

	/** Sends all requests, and waits until the head of each stream is here. */
	void open(String channel) {
		String registration = "registration=" + channel;
		String poll = POLL.formatted(registration.length(), registration);
		String stream = STREAM.formatted(channel);
		run(() -> {
			while (this.clients.size() < this.polls + this.streams && this.connecting < CONNECTING_AT_MOST) {
				connect(new Client((this.clients.size() < this.polls) ? poll : stream));
			}
			return this.clients.size() == this.polls + this.streams && this.connecting == 0
					&& this.streaming == this.streams;
		});
	}

	/** Waits until the server has ended all clients. */
	void readToEnd() {
		run(() -> this.ended == this.clients.size());
	}

	/** How many clients were ended in which way. */
	Map<String, Integer> ends() {
		return this.ends;
	}

	/** The time between the first end and the last, in nanoseconds. */
	long spread() {
		return this.lastEnd - this.firstEnd;
	}

	/** When the last client was ended, by {@link System#nanoTime()}. */
	long lastEnd() {
		return this.lastEnd;
	}

	private void run(BooleanSupplier isDone) {
		try {
			while (!isDone.getAsBoolean()) {
				this.selector.select();
				for (SelectionKey key : this.selector.selectedKeys()) {
					Client client = (Client) key.attachment();
					if (key.isConnectable()) {
						send(key, client);
					}
					else if (key.isReadable()) {
						receive(key, client);
					}
				}
				this.selector.selectedKeys().clear();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void connect(Client client) {
		try {
			SocketChannel channel = SocketChannel.open();
			this.clients.add(channel);
			this.connecting++;
			channel.configureBlocking(false);
			channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
			channel.register(this.selector, SelectionKey.OP_CONNECT, client);
			channel.connect(this.address);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void send(SelectionKey key, Client client) throws IOException {
		SocketChannel channel = (SocketChannel) key.channel();
		channel.finishConnect();
		ByteBuffer request = StandardCharsets.US_ASCII.encode(client.request);
		channel.write(request);
		if (request.hasRemaining()) {
			throw new IOException("A request does not fit into the send buffer");
		}
		key.interestOps(SelectionKey.OP_READ);
		this.connecting--;
	}

	private void receive(SelectionKey key, Client client) throws IOException {
		int count = ((SocketChannel) key.channel()).read(this.buffer.clear());
		boolean isFirst = client.received.isEmpty();
		client.received.append(StandardCharsets.US_ASCII.decode(this.buffer.flip()));
		if (isFirst && client.isStream()) {
			this.streaming++;
		}
		String end = client.end(count < 0);
		if (end != null) {
			this.ends.merge(end, 1, Integer::sum);
			this.lastEnd = System.nanoTime();
			this.firstEnd = (this.ended == 0) ? this.lastEnd : this.firstEnd;
			this.ended++;
			key.cancel();
			key.channel().close();
		}
	}

	@Override
	public void close() {
		try {
			for (SocketChannel client : this.clients) {
				client.close();
			}
			this.selector.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A client.
	 */
	private static final class Client {

		private final String request;

		private final StringBuilder received = new StringBuilder();

		private Client(String request) {
			this.request = request;
		}

		private boolean isStream() {
			return this.request.startsWith("GET");
		}

		/** How it was ended, or {@code null} if it is not. */
		private @Nullable String end(boolean isClosed) {
			String text = this.received.toString();
			if (isStream()) {
				if (text.endsWith(LAST_CHUNK)) {
					return "stream: completed";
				}
				return isClosed ? "stream: cut" : null;
			}
			if (text.contains("\r\n\r\n")) {
				String cursor = text.contains("\r\nComet-Cursor: ") ? " with a cursor" : "";
				String retry = text.contains("\r\nRetry-After: ") ? " and Retry-After" : "";
				return "poll: " + text.substring("HTTP/1.1 ".length(), "HTTP/1.1 503".length()) + cursor + retry;
			}
			return isClosed ? "poll: cut" : null;
		}

	}

}
