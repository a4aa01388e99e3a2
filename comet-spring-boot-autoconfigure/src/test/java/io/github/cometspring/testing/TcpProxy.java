package io.github.cometspring.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.LongUnaryOperator;

/**
 * Stands between clients and a server as the network does, and breaks as it does. One
 * class, as each way to break acts on the same sockets.
 */
public final class TcpProxy implements AutoCloseable {

	private static final long NEVER = Long.MAX_VALUE;

	private final IntSupplier target;

	private final Forwarding requests;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	/** How many bytes still go to the clients before all connections are cut. */
	private final AtomicLong allowance = new AtomicLong(NEVER);

	private final AtomicLong cuts = new AtomicLong();

	/** The sockets from which nothing is passed on any more, though they stay open. */
	private final Set<Socket> silenced = ConcurrentHashMap.newKeySet();

	private final Set<Socket> servers = ConcurrentHashMap.newKeySet();

	/** Also while it is unplugged. */
	private final ReservedPort port;

	private volatile ServerSocket server;

	private volatile Thread acceptor;

	/**
	 * Opens a proxy that lets all requests through.
	 * @param target the port of the server
	 */
	public TcpProxy(int target) {
		this(0, () -> target);
	}

	/**
	 * Opens a proxy.
	 * @param target the port of the server
	 * @param requests what becomes of what the clients send
	 */
	public TcpProxy(int target, Forwarding requests) {
		this.target = () -> target;
		this.requests = requests;
		this.port = ReservedPort.any();
		this.server = listen();
	}

	/**
	 * Opens a proxy that lets all requests through, to one of several servers.
	 * @param port the port of the proxy, or 0 for any
	 * @param target gives the port of the server at each connection
	 */
	public TcpProxy(int port, IntSupplier target) {
		this.target = target;
		this.requests = this::passOn;
		this.port = reserve(port);
		this.server = listen();
	}

	private static ReservedPort reserve(int port) {
		try {
			return (port != 0) ? ReservedPort.of(port) : ReservedPort.any();
		}
		catch (BindException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public int port() {
		return this.port.port();
	}

	/**
	 * Cuts all connections; new ones are taken.
	 * @return how many connections there were
	 */
	public int cut() {
		this.allowance.set(NEVER);
		this.cuts.incrementAndGet();
		Set<Socket> cut = Set.copyOf(this.sockets);
		cut.forEach(TcpProxy::closeQuietly);
		this.sockets.removeAll(cut);
		return cut.size() / 2;
	}

	/**
	 * Cuts all connections when the server has sent some more, which falls into the
	 * middle of something as often as not.
	 * @param bytes how much more
	 */
	public void cutAfter(long bytes) {
		this.allowance.set(bytes);
	}

	/**
	 * Passes nothing on any more on the connections that there are, and leaves them open,
	 * as a firewall does that has forgotten them. New ones work.
	 */
	public void forget() {
		this.silenced.addAll(this.sockets);
	}

	/**
	 * Passes nothing on to the clients on the connections that there are: the server is
	 * asked, and its answers are lost.
	 */
	public void loseAnswers() {
		this.sockets.stream().filter(this.servers::contains).forEach(this.silenced::add);
	}

	/**
	 * How often connections have been cut.
	 * @return the number of cuts
	 */
	public long cuts() {
		return this.cuts.get();
	}

	/**
	 * Cuts all connections and takes no more.
	 */
	public void unplug() {
		closeQuietly(this.server);
		try {
			// Until then the system still listens.
			this.acceptor.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		cut();
	}

	/**
	 * Works again, on the same port, if it does not work.
	 */
	public void plugIn() {
		if (this.server.isClosed()) {
			this.server = listen();
		}
	}

	@Override
	public void close() {
		unplug();
		this.port.close();
	}

	private ServerSocket listen() {
		try {
			ServerSocket socket = new ServerSocket();
			socket.setReuseAddress(true);
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
			this.acceptor = start(() -> accept(socket));
			return socket;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept(ServerSocket socket) {
		try {
			while (true) {
				connect(socket, socket.accept());
			}
		}
		catch (IOException ex) {
			// Unplugged
		}
	}

	private void connect(ServerSocket socket, Socket near) {
		this.sockets.add(near);
		try {
			Socket far = new Socket(InetAddress.getLoopbackAddress(), this.target.getAsInt());
			this.servers.add(far);
			this.sockets.add(far);
			start(() -> forward(near, far));
			start(() -> answer(far, near));
			if (socket.isClosed()) {
				closeBoth(near, far);
			}
		}
		catch (IOException ex) {
			// The server is away
			closeBoth(near, near);
		}
	}

	private void forward(Socket near, Socket far) {
		try {
			this.requests.forward(near, far);
		}
		catch (IOException ex) {
			// One of the two is gone, and so is the other
		}
		finally {
			closeBoth(near, far);
		}
	}

	private void passOn(Socket near, Socket far) throws IOException {
		byte[] buffer = new byte[8192];
		InputStream in = near.getInputStream();
		OutputStream out = far.getOutputStream();
		for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
			if (!this.silenced.contains(near)) {
				out.write(buffer, 0, count);
			}
		}
	}

	private void answer(Socket far, Socket near) {
		byte[] buffer = new byte[8192];
		try (InputStream in = far.getInputStream()) {
			OutputStream out = near.getOutputStream();
			for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
				if (this.silenced.contains(far)) {
					continue;
				}
				long left = this.allowance.getAndUpdate(spend(count));
				out.write(buffer, 0, (int) Math.min(left, count));
				if (left <= count) {
					cut();
				}
			}
		}
		catch (IOException ex) {
			// One of the two is gone, and so is the other
		}
		finally {
			closeBoth(far, near);
		}
	}

	private static LongUnaryOperator spend(int count) {
		return (left) -> (left == NEVER) ? NEVER : Math.max(0, left - count);
	}

	private void closeBoth(Socket one, Socket other) {
		closeQuietly(one);
		closeQuietly(other);
		for (Set<Socket> set : List.of(this.sockets, this.silenced, this.servers)) {
			set.remove(one);
			set.remove(other);
		}
	}

	private static void closeQuietly(AutoCloseable closeable) {
		try {
			closeable.close();
		}
		catch (Exception ex) {
			// Nobody needs it any more
		}
	}

	private static Thread start(Runnable work) {
		Thread thread = new Thread(work, "proxy");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	/**
	 * What becomes of what a client sends.
	 */
	@FunctionalInterface
	public interface Forwarding {

		/**
		 * Reads what the client sends, and passes on what the server shall have. The
		 * connection ends when this returns.
		 * @param client the client
		 * @param server the server
		 * @throws IOException if one of the two is gone
		 */
		void forward(Socket client, Socket server) throws IOException;

	}

}
