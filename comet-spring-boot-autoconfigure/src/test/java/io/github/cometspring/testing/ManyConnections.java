package io.github.cometspring.testing;

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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/**
 * Connections of very many clients to one server, all of them by one thread: that of the
 * caller. Only some are under way at a time, fewer than the server's backlog.
 */
public final class ManyConnections implements AutoCloseable {

	private static final int UNDER_WAY_AT_MOST = 100;

	private static final int BUFFER = 4096;

	private final Selector selector;

	private final InetSocketAddress address;

	private final Duration patience;

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

	private final Queue<Client> waiting = new ArrayDeque<>();

	private final List<Connection> connections = new ArrayList<>();

	private int underWay;

	/**
	 * Creates no connection yet.
	 * @param port the port of the server
	 * @param patience how long nothing may happen on any connection while one waits
	 */
	public ManyConnections(int port, Duration patience) {
		this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
		this.patience = patience;
		try {
			this.selector = Selector.open();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Adds a client, which connects when its turn comes.
	 * @param client the client; the same one may have many connections
	 */
	public void add(Client client) {
		this.waiting.add(client);
	}

	/**
	 * Serves all clients until a condition holds.
	 * @param condition the condition, which is looked at after each event
	 * @throws UncheckedIOException if a connection fails, or nothing happens for too long
	 */
	public void serveUntil(BooleanSupplier condition) {
		try {
			while (!condition.getAsBoolean()) {
				connectNext();
				if (this.selector.select(this.patience.toMillis()) == 0) {
					throw new IOException("Nothing came within %s on %d connections, of which %d are under way"
						.formatted(this.patience, this.connections.size(), this.underWay));
				}
				for (SelectionKey key : this.selector.selectedKeys()) {
					((Connection) key.attachment()).proceed(key);
				}
				this.selector.selectedKeys().clear();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Whether all clients that were added are connected, and none is under way.
	 * @return whether it is so
	 */
	public boolean areAllConnected() {
		return this.waiting.isEmpty() && this.underWay == 0;
	}

	private void connectNext() throws IOException {
		while (!this.waiting.isEmpty() && this.underWay < UNDER_WAY_AT_MOST) {
			SocketChannel channel = SocketChannel.open();
			Connection connection = new Connection(channel, this.waiting.remove());
			this.connections.add(connection);
			this.underWay++;
			channel.configureBlocking(false);
			channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
			channel.register(this.selector, SelectionKey.OP_CONNECT, connection);
			channel.connect(this.address);
		}
	}

	/** Closes all connections that are still open. */
	@Override
	public void close() {
		try {
			for (Connection connection : this.connections) {
				connection.close();
			}
			this.selector.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What one of the clients does.
	 */
	public interface Client {

		/**
		 * It is connected.
		 * @param connection its connection
		 * @throws IOException if the connection fails
		 */
		void connected(Connection connection) throws IOException;

		/**
		 * Something has come.
		 * @param connection its connection
		 * @param text what has come, one byte a character
		 * @throws IOException if the connection fails
		 */
		void received(Connection connection, String text) throws IOException;

		/**
		 * The server has closed the connection.
		 * @param connection its connection
		 * @throws IOException if the client did not expect it, or the connection fails
		 */
		void ended(Connection connection) throws IOException;

	}

	/**
	 * The connection of a client.
	 */
	public final class Connection {

		private final SocketChannel channel;

		private final Client client;

		private Connection(SocketChannel channel, Client client) {
			this.channel = channel;
			this.client = client;
		}

		private void proceed(SelectionKey key) throws IOException {
			if (key.isConnectable()) {
				this.channel.finishConnect();
				key.interestOps(SelectionKey.OP_READ);
				this.client.connected(this);
			}
			else if (key.isReadable()) {
				int count = this.channel.read(ManyConnections.this.buffer.clear());
				if (count < 0) {
					this.client.ended(this);
					return;
				}
				ByteBuffer bytes = ManyConnections.this.buffer.flip();
				this.client.received(this, StandardCharsets.ISO_8859_1.decode(bytes).toString());
			}
		}

		/**
		 * Sends a few bytes, as many as fit into the buffer of the socket.
		 * @param text one byte a character
		 * @throws IOException if the connection fails, or its buffer is too small
		 */
		public void send(String text) throws IOException {
			ByteBuffer bytes = StandardCharsets.ISO_8859_1.encode(text);
			this.channel.write(bytes);
			if (bytes.hasRemaining()) {
				throw new IOException("A request does not fit into the send buffer");
			}
		}

		/**
		 * Is called once, when this connection is no longer under way.
		 */
		public void letNextConnect() {
			ManyConnections.this.underWay--;
		}

		/**
		 * Stays open, and nothing is read from it any more.
		 */
		public void stopReading() {
			SelectionKey key = this.channel.keyFor(ManyConnections.this.selector);
			if (key != null) {
				key.cancel();
			}
		}

		/**
		 * Closes it.
		 * @throws IOException if that fails
		 */
		public void close() throws IOException {
			this.channel.close();
		}

	}

}
