package io.github.cometspring.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One connection of a client. Confined to the thread of its {@link ClientLoop}.
 */
final class Link {

	private final SocketChannel channel;

	private final SelectionKey key;

	private final Peer peer;

	private final Deque<ByteBuffer> unsent = new ArrayDeque<>();

	private boolean reading = true;

	private boolean over;

	Link(SocketChannel channel, SelectionKey key, Peer peer) {
		this.channel = channel;
		this.key = key;
		this.peer = peer;
	}

	/**
	 * Sends text, one byte a character.
	 * @param text the text
	 */
	void send(String text) {
		send(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	/**
	 * Sends bytes, as soon as the connection takes them.
	 * @param bytes the bytes
	 */
	void send(byte[] bytes) {
		if (!this.over) {
			this.unsent.add(ByteBuffer.wrap(bytes));
			try {
				flush();
			}
			catch (IOException ex) {
				lost();
			}
		}
	}

	/**
	 * Whether all has been sent.
	 */
	boolean isFlushed() {
		return this.unsent.isEmpty();
	}

	private void flush() throws IOException {
		while (!this.unsent.isEmpty()) {
			ByteBuffer next = this.unsent.element();
			this.channel.write(next);
			if (next.hasRemaining()) {
				break;
			}
			this.unsent.remove();
		}
		listen();
	}

	private void listen() {
		if (this.key.isValid()) {
			this.key.interestOps(
					(this.reading ? SelectionKey.OP_READ : 0) | (this.unsent.isEmpty() ? 0 : SelectionKey.OP_WRITE));
		}
	}

	/**
	 * Stops reading, or goes on.
	 * @param reading whether data is read
	 */
	void setReading(boolean reading) {
		this.reading = reading;
		if (!this.over) {
			listen();
		}
	}

	/**
	 * Serves the connection when it is ready.
	 * @param buffer for the data that is read
	 */
	void ready(ByteBuffer buffer) {
		if (this.over) {
			return;
		}
		try {
			if (this.key.isConnectable()) {
				this.channel.finishConnect();
				opened();
				return;
			}
			if (this.key.isWritable()) {
				flush();
			}
			if (this.key.isValid() && this.key.isReadable()) {
				read(buffer);
			}
		}
		catch (IOException ex) {
			lost();
		}
	}

	/**
	 * The connection is open.
	 */
	void opened() {
		if (!this.over) {
			listen();
			this.peer.connected(this);
		}
	}

	private void read(ByteBuffer buffer) throws IOException {
		if (this.channel.read(buffer.clear()) < 0) {
			lost();
		}
		else {
			this.peer.received(this, buffer.flip());
		}
	}

	private void lost() {
		if (!this.over) {
			close();
			this.peer.ended(this);
		}
	}

	/**
	 * Says that nothing more will be sent.
	 */
	void closeOutput() {
		try {
			this.channel.shutdownOutput();
		}
		catch (IOException ex) {
			lost();
		}
	}

	/**
	 * Closes the connection.
	 */
	void close() {
		this.over = true;
		this.unsent.clear();
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Resets the connection.
	 */
	void reset() {
		try {
			this.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
		}
		catch (IOException ex) {
			// It has ended already.
		}
		close();
	}

	boolean isOver() {
		return this.over;
	}

}
