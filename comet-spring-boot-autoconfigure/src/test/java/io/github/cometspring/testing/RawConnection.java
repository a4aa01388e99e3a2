package io.github.cometspring.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * A TCP connection that sends exactly the given bytes and reads HTTP/1.x answers. Reads
 * fail after 30 seconds without a byte. Before {@linkplain TwoNodes two nodes}, a request
 * that follows an answer goes to the other node. One class, as all that is sent and read
 * shares the one socket and its buffer.
 */
public final class RawConnection implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final int port;

	private final Opener opener;

	private int node;

	private Socket socket;

	private InputStream in;

	/** Where the client was before, if it moves between two nodes. */
	private @Nullable Socket previous;

	/** Whether the last request is answered. */
	private boolean answered;

	private RawConnection(int port, Opener opener) {
		this.port = port;
		this.opener = opener;
		this.node = TwoNodes.next(port);
		try {
			this.socket = connect(this.node);
			this.in = this.socket.getInputStream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Connects to a port of this machine.
	 * @param port the port
	 * @return the connection
	 */
	public static RawConnection open(int port) {
		return open(InetAddress.getLoopbackAddress(), port);
	}

	/**
	 * Connects to a port of this machine through one of its addresses.
	 * @param address the address, which is the peer's address for the server as well
	 * @param port the port
	 * @return the connection
	 */
	public static RawConnection open(InetAddress address, int port) {
		return new RawConnection(port, (node) -> {
			Socket socket = new Socket(address, node);
			socket.setTcpNoDelay(true);
			return socket;
		});
	}

	/**
	 * Connects to a port of this machine as a client that takes in little at a time.
	 * @param port the port
	 * @param receiveBuffer the size of its receive buffer, in bytes
	 * @return the connection
	 */
	public static RawConnection open(int port, int receiveBuffer) {
		return new RawConnection(port, (node) -> {
			Socket socket = new Socket();
			socket.setReceiveBufferSize(receiveBuffer);
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node));
			return socket;
		});
	}

	private Socket connect(int node) throws IOException {
		Socket socket = this.opener.open(node);
		socket.setSoTimeout((int) PATIENCE.toMillis());
		return socket;
	}

	/**
	 * Goes to the other node, if there is one and the server keeps the connection: the
	 * end of one that it does not keep is to be seen.
	 */
	private void move() {
		int other = TwoNodes.other(this.port, this.node);
		try {
			if (other == this.node || isEnding()) {
				return;
			}
			Socket next = (this.previous != null) ? this.previous : connect(other);
			this.previous = this.socket;
			this.socket = next;
			this.in = next.getInputStream();
			this.node = other;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private boolean isEnding() throws IOException {
		this.socket.setSoTimeout(2);
		try {
			return this.in.read() < 0;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (SocketException ex) {
			return true;
		}
		finally {
			if (!this.socket.isClosed()) {
				this.socket.setSoTimeout((int) PATIENCE.toMillis());
			}
		}
	}

	/**
	 * Sends bytes.
	 * @param bytes the bytes
	 * @return this connection
	 */
	public RawConnection send(byte[] bytes) {
		this.answered = false;
		try {
			this.socket.getOutputStream().write(bytes);
			this.socket.getOutputStream().flush();
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Sends text, one byte a character.
	 * @param text the text, with its own line ends
	 * @return this connection
	 */
	public RawConnection send(String text) {
		TwoNodes.settle(this.port);
		return send(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	/**
	 * Sends a poll in the legacy dialect.
	 * @param body the body, one byte a character
	 * @param headers further header lines
	 * @return this connection
	 */
	public RawConnection poll(String body, String... headers) {
		return request("POST", "/comet", "application/x-ocsigen-comet", body, headers);
	}

	/**
	 * Sends a request.
	 * @param method the method
	 * @param path the target
	 * @param contentType the media type, or {@code null} for none
	 * @param body the body, one byte a character
	 * @param headers further header lines
	 * @return this connection
	 */
	public RawConnection request(String method, String path, @Nullable String contentType, String body,
			String... headers) {
		if (this.answered) {
			move();
		}
		StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost:" + this.port
				+ "\r\nContent-Length: " + body.length() + "\r\n");
		if (contentType != null) {
			head.append("Content-Type: ").append(contentType).append("\r\n");
		}
		for (String header : headers) {
			head.append(header).append("\r\n");
		}
		return send(head + "\r\n" + body);
	}

	/**
	 * Reads an answer. Interim answers (1xx) are skipped.
	 * @return the answer
	 */
	public Answer read() {
		try {
			Answer answer = readWithoutBody();
			byte[] body = readBody(answer);
			this.answered = true;
			return new Answer(answer.status(), answer.statusLine(), answer.headers(), body);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reads the head of an answer: the answer to a HEAD request, or one whose body is not
	 * read.
	 * @return the answer
	 */
	public Answer readWithoutBody() {
		try {
			List<String> head = readHead();
			while (head.get(0).split(" ")[1].startsWith("1")) {
				head = readHead();
			}
			int status = Integer.parseInt(head.get(0).split(" ")[1]);
			return new Answer(status, head.get(0), head.subList(1, head.size()), new byte[0]);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reads the answer to a request for another protocol: the head alone if it is 101.
	 * @return the answer
	 */
	public Answer readSwitch() {
		try {
			List<String> head = readHead();
			int status = Integer.parseInt(head.get(0).split(" ")[1]);
			Answer answer = new Answer(status, head.get(0), head.subList(1, head.size()), new byte[0]);
			return (status == 101) ? answer
					: new Answer(status, answer.statusLine(), answer.headers(), readBody(answer));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private List<String> readHead() throws IOException {
		List<String> lines = new ArrayList<>();
		for (String line = readLine(); !line.isEmpty(); line = readLine()) {
			lines.add(line);
		}
		return lines;
	}

	private String readLine() throws IOException {
		StringBuilder line = new StringBuilder();
		for (int b = this.in.read(); b != '\n'; b = this.in.read()) {
			if (b < 0) {
				throw new EOFException("Connection closed after '" + line + "'");
			}
			line.append((char) b);
		}
		return line.toString().replaceFirst("\r$", "");
	}

	private byte[] readBody(Answer answer) throws IOException {
		String length = answer.header("Content-Length");
		if (length != null) {
			byte[] body = this.in.readNBytes(Integer.parseInt(length));
			if (body.length < Integer.parseInt(length)) {
				throw new EOFException("Connection closed after %d of %s bytes".formatted(body.length, length));
			}
			return body;
		}
		if (answer.header("Transfer-Encoding") == null) {
			return (answer.status() == 204 || answer.status() == 304) ? new byte[0] : this.in.readAllBytes();
		}
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		for (int size = readChunkSize(); size > 0; size = readChunkSize()) {
			body.write(this.in.readNBytes(size));
			readLine();
		}
		readLine();
		return body.toByteArray();
	}

	private int readChunkSize() throws IOException {
		return Integer.parseInt(readLine(), 16);
	}

	/**
	 * Reads until the server closes or resets the connection.
	 * @return what has arrived
	 */
	public byte[] readToEnd() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		byte[] buffer = new byte[1 << 16];
		try {
			for (int count = this.in.read(buffer); count >= 0; count = this.in.read(buffer)) {
				bytes.write(buffer, 0, count);
			}
		}
		catch (SocketTimeoutException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (IOException ex) {
			// A reset is an end as well.
		}
		return bytes.toByteArray();
	}

	/**
	 * Reads the next chunk of an answer that goes on.
	 * @return the chunk, or {@code null} if the answer is complete or the connection ends
	 */
	public byte @Nullable [] readChunk() {
		try {
			int size = readChunkSize();
			byte[] chunk = this.in.readNBytes(size);
			readLine();
			return (size > 0) ? chunk : null;
		}
		catch (EOFException | SocketException ex) {
			return null;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reads a number of bytes.
	 * @param count how many
	 * @return the bytes, fewer if the connection ends
	 */
	public byte[] readBytes(int count) {
		try {
			return this.in.readNBytes(count);
		}
		catch (SocketException ex) {
			return new byte[0];
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Discards data until the connection ends.
	 * @return {@code true} if it ends within 30 seconds after the last byte
	 */
	public boolean drain() {
		try {
			byte[] buffer = new byte[8192];
			while (this.in.read(buffer) >= 0) {
				// more
			}
			return true;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (IOException ex) {
			// A reset is an end as well.
			return true;
		}
	}

	/**
	 * Waits for the server to close the connection.
	 * @return {@code true} if it did and sent nothing before
	 */
	public boolean isClosedByServer() {
		try {
			return this.in.read() < 0;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (IOException ex) {
			// A reset is an end as well.
			return true;
		}
	}

	/**
	 * Reads all data that arrive within a time.
	 * @param time how long to read
	 * @return the data, one character a byte
	 */
	public String readFor(Duration time) {
		StringBuilder text = new StringBuilder();
		long end = System.nanoTime() + time.toNanos();
		try {
			this.socket.setSoTimeout(50);
			while (System.nanoTime() < end) {
				try {
					int b = this.in.read();
					if (b < 0) {
						return text + "<EOF>";
					}
					text.append((char) b);
				}
				catch (SocketTimeoutException ex) {
					// once more
				}
				catch (SocketException ex) {
					// A reset is an end as well.
					return text + "<EOF>";
				}
			}
			this.socket.setSoTimeout((int) PATIENCE.toMillis());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return text.toString();
	}

	/**
	 * Whether the server has sent something that is not read yet.
	 * @return {@code true} if there is
	 */
	public boolean hasAnswer() {
		try {
			return this.in.available() > 0;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Says that nothing more will be sent, and goes on reading.
	 */
	public void closeOutput() {
		try {
			this.socket.shutdownOutput();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Resets the connection instead of closing it.
	 */
	public void reset() {
		try {
			this.socket.setSoLinger(true, 0);
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.socket.close();
			if (this.previous != null) {
				this.previous.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Opens sockets.
	 */
	@FunctionalInterface
	private interface Opener {

		/**
		 * Opens a socket.
		 * @param port the port
		 * @return the socket
		 * @throws IOException if that fails
		 */
		Socket open(int port) throws IOException;

	}

	/**
	 * An answer.
	 *
	 * @param status the status code
	 * @param statusLine the first line
	 * @param headers the header lines
	 * @param bytes the body
	 */
	public record Answer(int status, String statusLine, List<String> headers, byte[] bytes) {

		/**
		 * The value of a header.
		 * @param name the name
		 * @return the value, or {@code null} if the answer has none
		 */
		public @Nullable String header(String name) {
			String prefix = name.toLowerCase(Locale.ROOT) + ":";
			return this.headers.stream()
				.filter((line) -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
				.map((line) -> line.substring(prefix.length()).strip())
				.findFirst()
				.orElse(null);
		}

		/**
		 * The names of the headers as they were sent.
		 * @return the names
		 */
		public List<String> headerNames() {
			return this.headers.stream().map((line) -> line.substring(0, line.indexOf(':'))).toList();
		}

		/**
		 * The body as text.
		 * @return the body
		 */
		public String body() {
			return new String(this.bytes, StandardCharsets.UTF_8);
		}

	}

}
