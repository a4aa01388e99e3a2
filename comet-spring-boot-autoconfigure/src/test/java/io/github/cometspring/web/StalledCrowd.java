package io.github.cometspring.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A program that opens many connections, each of which requests a stream, reads its
 * start, and then never reads again. It runs in a process of its own, as the heap of the
 * server is measured. It prints {@code STALLED} when all streams have started, and ends
 * with its input.
 */
final class StalledCrowd {

	// Fewer than the server's backlog
	private static final int CONNECTING_AT_MOST = 100;

	private static final int RECEIVE_BUFFER = 4096;

	private static final int PATIENCE_MILLIS = 30_000;

	private final Selector selector = Selector.open();

	private final List<SocketChannel> connections = new ArrayList<>();

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BUFFER);

	private final InetSocketAddress address;

	private final List<byte[]> requests;

	private final String beginning;

	private final int size;

	private int begun;

	private StalledCrowd(int port, int size, List<byte[]> requests, String beginning) throws IOException {
		this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
		this.size = size;
		this.requests = requests;
		this.beginning = beginning;
	}

	/**
	 * Runs a crowd.
	 * @param args the port, the number of connections, the text at which each stream has
	 * started, and the requests that each sends, in Base64: the first at once, each other
	 * when data has come
	 * @throws IOException if a connection fails
	 */
	public static void main(String[] args) throws IOException {
		List<byte[]> requests = new ArrayList<>();
		for (int i = 3; i < args.length; i++) {
			requests.add(Base64.getDecoder().decode(args[i]));
		}
		new StalledCrowd(Integer.parseInt(args[0]), Integer.parseInt(args[1]), requests, args[2]).run();
	}

	private void run() throws IOException {
		while (this.begun < this.size) {
			while (this.connections.size() < this.size && this.connections.size() - this.begun < CONNECTING_AT_MOST) {
				connect();
			}
			if (this.selector.select(PATIENCE_MILLIS) == 0) {
				throw new IOException("Only " + this.begun + " of " + this.size + " have begun");
			}
			for (SelectionKey key : this.selector.selectedKeys()) {
				proceed((SocketChannel) key.channel(), (Conversation) key.attachment(), key);
			}
			this.selector.selectedKeys().clear();
		}
		System.out.println("STALLED");
		while (System.in.read() >= 0) {
			// The input has only an end.
		}
	}

	private void connect() throws IOException {
		SocketChannel channel = SocketChannel.open();
		channel.configureBlocking(false);
		channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
		this.connections.add(channel);
		channel.connect(this.address);
		channel.register(this.selector, SelectionKey.OP_CONNECT, new Conversation());
	}

	private void proceed(SocketChannel channel, Conversation conversation, SelectionKey key) throws IOException {
		if (key.isConnectable()) {
			channel.finishConnect();
			key.interestOps(SelectionKey.OP_READ);
			send(channel, conversation);
			return;
		}
		if (channel.read(this.buffer.clear()) < 0) {
			throw new IOException("Closed after " + conversation.read);
		}
		conversation.read.append(StandardCharsets.ISO_8859_1.decode(this.buffer.flip()));
		if (conversation.sent < this.requests.size()) {
			send(channel, conversation);
		}
		else if (conversation.read.indexOf(this.beginning) >= 0) {
			this.begun++;
			key.cancel();
		}
	}

	private void send(SocketChannel channel, Conversation conversation) throws IOException {
		ByteBuffer bytes = ByteBuffer.wrap(this.requests.get(conversation.sent));
		channel.write(bytes);
		if (bytes.hasRemaining()) {
			throw new IOException("A request does not fit into the send buffer");
		}
		conversation.sent++;
	}

	private static final class Conversation {

		private final StringBuilder read = new StringBuilder();

		private int sent;

	}

}
