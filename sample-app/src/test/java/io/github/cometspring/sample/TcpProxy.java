package io.github.cometspring.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a browser and the server, and can be pulled out like a cable.
 */
final class TcpProxy implements AutoCloseable {

	private final int target;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile ServerSocket server;

	TcpProxy(int target) {
		this.target = target;
		this.server = listen(0);
	}

	int port() {
		return this.server.getLocalPort();
	}

	/** Cuts all connections and takes no more. */
	void unplug() {
		closeQuietly(this.server);
		this.sockets.forEach(TcpProxy::closeQuietly);
		this.sockets.clear();
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
				start(() -> copy(near, far));
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

}
