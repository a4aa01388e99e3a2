package io.github.cometspring.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A WebSocket client that sends exactly the given frames, valid or not, and reads frame
 * by frame.
 */
public final class RawWebSocket implements AutoCloseable {

	/** The opcode of a continuation. */
	public static final int CONTINUATION = 0;

	/** The opcode of a text frame. */
	public static final int TEXT = 1;

	/** The opcode of a binary frame. */
	public static final int BINARY = 2;

	/** The opcode of a close frame. */
	public static final int CLOSE = 8;

	/** The opcode of a ping. */
	public static final int PING = 9;

	/** The opcode of a pong. */
	public static final int PONG = 10;

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final byte[] MASK = { 0x12, 0x34, 0x56, 0x78 };

	private static final int FINAL = 0x80;

	private static final int MASKED = 0x80;

	private final RawConnection connection;

	private RawWebSocket(RawConnection connection) {
		this.connection = connection;
	}

	/**
	 * Opens a WebSocket at {@code /comet}.
	 * @param port the port
	 * @return the client
	 */
	public static RawWebSocket open(int port) {
		return open(RawConnection.open(port));
	}

	/**
	 * Opens a WebSocket at {@code /comet} on a connection.
	 * @param connection the connection
	 * @param headers further header lines
	 * @return the client
	 */
	public static RawWebSocket open(RawConnection connection, String... headers) {
		String[] all = Stream.concat(Stream.of("Sec-WebSocket-Protocol: comet.v1"), Stream.of(headers))
			.toArray(String[]::new);
		RawConnection.Answer answer = handshake(connection, all);
		if (answer.status() != 101) {
			throw new IllegalStateException(answer.statusLine() + ": " + answer.body());
		}
		return new RawWebSocket(connection);
	}

	/**
	 * The WebSocket on a connection whose handshake has been answered.
	 * @param connection the connection
	 * @return the client
	 */
	public static RawWebSocket on(RawConnection connection) {
		return new RawWebSocket(connection);
	}

	/**
	 * Requests a WebSocket and reads the answer, 101 or another.
	 * @param connection the connection
	 * @param headers further header lines
	 * @return the answer
	 */
	public static RawConnection.Answer handshake(RawConnection connection, String... headers) {
		StringBuilder head = new StringBuilder("GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
				+ "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
				+ "Sec-WebSocket-Version: 13\r\n");
		for (String header : headers) {
			head.append(header).append("\r\n");
		}
		return connection.send(head + "\r\n").readSwitch();
	}

	/**
	 * Sends a text frame.
	 * @param text the text
	 * @return this client
	 */
	public RawWebSocket send(String text) {
		return send(TEXT, true, text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Sends a frame.
	 * @param opcode the opcode
	 * @param fin whether it is the last of its message
	 * @param payload the content
	 * @return this client
	 */
	public RawWebSocket send(int opcode, boolean fin, byte[] payload) {
		return sendRaw(frame(opcode | (fin ? FINAL : 0), true, payload));
	}

	/**
	 * Sends bytes that need not be a frame.
	 * @param bytes the bytes
	 * @return this client
	 */
	public RawWebSocket sendRaw(byte[] bytes) {
		this.connection.send(bytes);
		return this;
	}

	/**
	 * Makes a frame.
	 * @param firstByte its first byte: the opcode and flags
	 * @param masked whether it is masked, as it must be
	 * @param payload the content
	 * @return the bytes
	 */
	public static byte[] frame(int firstByte, boolean masked, byte[] payload) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(firstByte);
		int mask = masked ? MASKED : 0;
		if (payload.length < 126) {
			out.write(mask | payload.length);
		}
		else if (payload.length < 65_536) {
			out.write(mask | 126);
			out.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
		}
		else {
			out.write(mask | 127);
			out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
		}
		if (masked) {
			out.writeBytes(MASK);
		}
		for (int i = 0; i < payload.length; i++) {
			out.write(masked ? payload[i] ^ MASK[i % MASK.length] : payload[i]);
		}
		return out.toByteArray();
	}

	/**
	 * Reads the next frame.
	 * @return the frame, or {@code null} if the connection has ended
	 */
	public @Nullable Frame read() {
		byte[] head = this.connection.readBytes(2);
		if (head.length < 2) {
			return null;
		}
		long length = head[1] & 0x7F;
		if (length >= 126) {
			byte[] extended = this.connection.readBytes((length == 126) ? 2 : 8);
			length = 0;
			for (byte b : extended) {
				length = length << 8 | (b & 0xFF);
			}
		}
		return new Frame(head[0] & 0xF, this.connection.readBytes((int) length));
	}

	/**
	 * Reads the next text, and answers pings before it.
	 * @return the text, or the close code as {@code close 1000}, or {@code cut} if the
	 * connection has ended without
	 */
	public String text() {
		long end = System.nanoTime() + PATIENCE.toNanos();
		while (System.nanoTime() < end) {
			Frame frame = read();
			if (frame == null) {
				return "cut";
			}
			switch (frame.opcode) {
				case TEXT:
					return new String(frame.payload, StandardCharsets.UTF_8);
				case CLOSE:
					return "close " + frame.closeCode();
				case PING:
					send(PONG, true, frame.payload);
					break;
				default:
					break;
			}
		}
		throw new IllegalStateException("No text in " + PATIENCE);
	}

	/**
	 * Reads frames until the server closes.
	 * @return the close code, or -1 if the connection ended without one
	 */
	public int closeCode() {
		Frame frame = read();
		while (frame != null && frame.opcode != CLOSE) {
			frame = read();
		}
		return (frame != null) ? frame.closeCode() : -1;
	}

	public RawConnection connection() {
		return this.connection;
	}

	@Override
	public void close() {
		this.connection.close();
	}

	/**
	 * A frame.
	 *
	 * @param opcode its opcode
	 * @param payload its content
	 */
	public record Frame(int opcode, byte[] payload) {

		/**
		 * Its code, 1005 if it has none.
		 * @return the code of a close frame
		 */
		public int closeCode() {
			return (this.payload.length >= 2) ? ByteBuffer.wrap(this.payload).getShort() & 0xFFFF : 1005;
		}

		/**
		 * Why it closes.
		 * @return the reason of a close frame
		 */
		public String closeReason() {
			return new String(Arrays.copyOfRange(this.payload, Math.min(2, this.payload.length), this.payload.length),
					StandardCharsets.UTF_8);
		}

	}

}
