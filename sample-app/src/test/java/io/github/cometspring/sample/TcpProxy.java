package io.github.cometspring.sample;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Stands between a browser and the server, and can be pulled out like a cable. It can
 * also treat requests as those proxies do that know no WebSocket or no event stream.
 */
final class TcpProxy implements AutoCloseable {

	private static final byte[] REFUSAL = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
		.getBytes(StandardCharsets.ISO_8859_1);

	private final int target;

	private final Map<String, Treatment> treatments = new ConcurrentHashMap<>();

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile ServerSocket server;

	TcpProxy(int target) {
		this.target = target;
		this.server = listen(0);
	}

	int port() {
		return this.server.getLocalPort();
	}

	/**
	 * Treats requests with this header so from now on; the connections that are there are
	 * cut.
	 * @param header the header, as {@code Name: value}
	 * @param treatment what becomes of the request
	 */
	void obstruct(String header, Treatment treatment) {
		this.treatments.put(header.toLowerCase(Locale.ROOT), treatment);
		cut();
	}

	/**
	 * Cuts all connections, and takes new ones.
	 * @return how many connections there were
	 */
	int cut() {
		Set<Socket> cut = Set.copyOf(this.sockets);
		cut.forEach(TcpProxy::closeQuietly);
		this.sockets.removeAll(cut);
		return cut.size() / 2;
	}

	/** Cuts all connections and takes no more. */
	void unplug() {
		closeQuietly(this.server);
		cut();
	}

	/** Works again, on the same port. */
	void plugIn() {
		this.server = listen(port());
	}

	@Override
	public void close() {
		unplug();
	}

	private ServerSocket listen(int port) {
		try {
			ServerSocket server = new ServerSocket();
			server.setReuseAddress(true);
			server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			start(() -> accept(server));
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept(ServerSocket server) {
		try {
			while (true) {
				Socket near = server.accept();
				this.sockets.add(near);
				Socket far = new Socket(InetAddress.getLoopbackAddress(), this.target);
				this.sockets.add(far);
				start(() -> forward(near, far));
				start(() -> copy(far, near));
				if (server.isClosed()) {
					closeBoth(near, far);
				}
			}
		}
		catch (IOException ex) {
			// Unplugged
		}
	}

	/** Request by request, for a browser sends several on one connection. */
	private void forward(Socket near, Socket far) {
		try (InputStream in = new BufferedInputStream(near.getInputStream())) {
			OutputStream out = far.getOutputStream();
			for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
				Treatment treatment = treatment(head);
				if (treatment == Treatment.REFUSE) {
					near.getOutputStream().write(REFUSAL);
				}
				if (treatment == Treatment.SWALLOW) {
					in.transferTo(OutputStream.nullOutputStream());
				}
				if (treatment != null) {
					return;
				}
				out.write(head.getBytes(StandardCharsets.ISO_8859_1));
				if (head.contains("\r\nupgrade:") || head.contains("\r\nUpgrade:")) {
					in.transferTo(out);
				}
				else {
					out.write(in.readNBytes(contentLength(head)));
				}
			}
		}
		catch (IOException ex) {
			// One of the two is gone, and so is the other
		}
		finally {
			closeBoth(near, far);
		}
	}

	private @Nullable Treatment treatment(String head) {
		return head.lines()
			.map((line) -> this.treatments.get(line.toLowerCase(Locale.ROOT)))
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

	private static int contentLength(String head) {
		return head.lines()
			.filter((line) -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
			.mapToInt((line) -> Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
			.findFirst()
			.orElse(0);
	}

	/** The head of the next request, or nothing at the end. */
	private static String readHead(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
			int next = in.read();
			if (next < 0) {
				return "";
			}
			head.append((char) next);
		}
		return head.toString();
	}

	private void copy(Socket from, Socket to) {
		try (InputStream in = from.getInputStream()) {
			in.transferTo(to.getOutputStream());
		}
		catch (IOException ex) {
			// One of the two is gone, and so is the other
		}
		finally {
			closeBoth(from, to);
		}
	}

	private void closeBoth(Socket one, Socket other) {
		closeQuietly(one);
		closeQuietly(other);
		this.sockets.remove(one);
		this.sockets.remove(other);
	}

	private static void closeQuietly(AutoCloseable closeable) {
		try {
			closeable.close();
		}
		catch (Exception ex) {
			// Nobody needs it any more
		}
	}

	private static void start(Runnable work) {
		Thread thread = new Thread(work, "proxy");
		thread.setDaemon(true);
		thread.start();
	}

	/** What a proxy does with a request that it does not like. */
	enum Treatment {

		/** Answers with 400. */
		REFUSE,

		/** Closes the connection. */
		KILL,

		/** Answers nothing, ever. */
		SWALLOW

	}

}
