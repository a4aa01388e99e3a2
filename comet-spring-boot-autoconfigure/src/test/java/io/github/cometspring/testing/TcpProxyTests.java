package io.github.cometspring.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A proxy that is unplugged keeps its port.
 */
class TcpProxyTests {

	@Test
	void portWhenUnpluggedShouldStayReserved() throws IOException {
		try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
				TcpProxy proxy = new TcpProxy(server.getLocalPort())) {
			for (int i = 0; i < 3; i++) {
				proxy.unplug();
				assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect(proxy.port()).close());
				assertThatExceptionOfType(BindException.class).isThrownBy(() -> leave(proxy.port()).close());
				proxy.plugIn();
				try (Socket client = connect(proxy.port()); Socket accepted = server.accept()) {
					accepted.getOutputStream().write(i);
					assertThat(client.getInputStream().read()).isEqualTo(i);
				}
			}
		}
	}

	private static Socket connect(int port) throws IOException {
		return new Socket(InetAddress.getLoopbackAddress(), port);
	}

	/**
	 * Leaves from a port, as the system lets connections do.
	 */
	private static Socket leave(int port) throws IOException {
		Socket socket = new Socket();
		try {
			socket.setReuseAddress(false);
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			return socket;
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

}
