package io.github.cometspring.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port that is the test's own until this is closed, also while nobody listens there: it
 * is not given to whoever asks for any port, and no connection begins there. A socket
 * that is bound and does nothing keeps it. Those who listen there have to set
 * {@code SO_REUSEADDR}, which servers do.
 */
public final class ReservedPort implements AutoCloseable {

	private final Socket socket;

	private final int port;

	private ReservedPort(int port) throws IOException {
		this.socket = new Socket();
		try {
			this.socket.setReuseAddress(true);
			this.socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		}
		catch (IOException ex) {
			this.socket.close();
			throw ex;
		}
		this.port = this.socket.getLocalPort();
	}

	/**
	 * Reserves a port that is free.
	 * @return the port, to be closed
	 */
	public static ReservedPort any() {
		try {
			return new ReservedPort(0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reserves a port.
	 * @param port the number of the port
	 * @return the port, to be closed
	 * @throws BindException if it is not free
	 */
	public static ReservedPort of(int port) throws BindException {
		try {
			return new ReservedPort(port);
		}
		catch (BindException ex) {
			throw ex;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public int port() {
		return this.port;
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
