package io.github.cometspring.actuate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A program that holds many polls with one thread. It runs in its own process, because
 * the number of open files is limited for each. It prints {@code SENT} when it has sent
 * all polls, and when all are answered, how often it received which status line.
 */
final class PollHerd {

	// Fewer than the server's backlog
	private static final int CONNECTING_AT_MOST = 100;

	private static final int LARGEST_ANSWER = 4096;

	private final Selector selector = Selector.open();

	private final InetSocketAddress address;

	private final ByteBuffer request;

	private final int size;

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST_ANSWER);

	private final Map<String, Integer> answers = new TreeMap<>();

	private int begun;

	private int sent;

	private int answered;

	private PollHerd(int port, String body, int size) throws IOException {
		this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
		this.size = size;
		this.request = ByteBuffer
			.wrap(("POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ocsigen-comet\r\n"
					+ "Content-Length: " + body.length() + "\r\n\r\n" + body)
				.getBytes(StandardCharsets.US_ASCII));
	}

	/**
	 * Runs a herd.
	 * @param args the port, the body of a poll, how many polls
	 * @throws IOException if a connection fails
	 */
	public static void main(String[] args) throws IOException {
		new PollHerd(Integer.parseInt(args[0]), args[1], Integer.parseInt(args[2])).run();
	}

	private void run() throws IOException {
		while (this.answered < this.size) {
			while (this.begun < this.size && this.begun - this.sent < CONNECTING_AT_MOST) {
				begin();
			}
			this.selector.select();
			for (SelectionKey key : this.selector.selectedKeys()) {
				if (key.isConnectable()) {
					send(key);
				}
				else if (key.isReadable()) {
					receive(key);
				}
			}
			this.selector.selectedKeys().clear();
		}
		System.out.println(this.answers);
	}

	private void begin() throws IOException {
		SocketChannel channel = SocketChannel.open();
		channel.configureBlocking(false);
		channel.setOption(StandardSocketOptions.SO_RCVBUF, LARGEST_ANSWER);
		this.begun++;
		channel.connect(this.address);
		channel.register(this.selector, SelectionKey.OP_CONNECT);
	}

	private void send(SelectionKey key) throws IOException {
		SocketChannel channel = (SocketChannel) key.channel();
		channel.finishConnect();
		channel.write(this.request.rewind());
		if (this.request.hasRemaining()) {
			throw new IOException("A request does not fit into the send buffer");
		}
		key.interestOps(SelectionKey.OP_READ);
		this.sent++;
		if (this.sent == this.size) {
			System.out.println("SENT");
		}
	}

	private void receive(SelectionKey key) throws IOException {
		int count = ((SocketChannel) key.channel()).read(this.buffer.clear());
		String answer = StandardCharsets.US_ASCII.decode(this.buffer.flip()).toString();
		this.answers.merge((count > 0) ? answer.substring(0, answer.indexOf("\r\n")) : "closed", 1, Integer::sum);
		this.answered++;
		key.cancel();
		key.channel().close();
	}

}
