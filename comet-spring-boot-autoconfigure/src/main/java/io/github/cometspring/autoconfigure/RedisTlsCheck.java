package io.github.cometspring.autoconfigure;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import io.github.cometspring.redis.IncompatibleRedisException;
import io.github.cometspring.redis.IncompatibleRedisException.Reason;
import io.lettuce.core.RedisURI;

/**
 * Checks whether only one side uses TLS. The client library cannot distinguish that from
 * a Redis that cannot be reached, since either side may close the connection or wait for
 * more bytes.
 */
final class RedisTlsCheck {

	private final RedisURI uri;

	private final int timeout;

	/**
	 * Creates a check.
	 * @param uri the address of Redis
	 * @param timeout the longest time to wait for a connection or an answer; an hour at
	 * most
	 */
	RedisTlsCheck(RedisURI uri, Duration timeout) {
		this.uri = uri;
		this.timeout = (int) timeout.toMillis();
	}

	/**
	 * Fails if Redis answers, but only one side uses TLS.
	 * @throws IncompatibleRedisException if only one side uses TLS
	 */
	void run() {
		if (!this.uri.getSentinels().isEmpty()) {
			return;
		}
		boolean tls = this.uri.isSsl();
		if (tls ? answersWithoutTls() : !answersWithoutTls() && answersWithTls()) {
			throw new IncompatibleRedisException(Reason.TLS,
					"Redis at %s:%d %s TLS, and spring.data.redis %s it".formatted(this.uri.getHost(),
							this.uri.getPort(), tls ? "does not use" : "uses", tls ? "asks for" : "does not ask for"));
		}
	}

	private boolean answersWithoutTls() {
		try (Socket socket = connect()) {
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			int first = socket.getInputStream().read();
			return first == '+' || first == '-';
		}
		catch (IOException ex) {
			return false;
		}
	}

	private boolean answersWithTls() {
		try (Socket socket = connect();
				SSLSocket secured = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(socket,
						this.uri.getHost(), this.uri.getPort(), true)) {
			secured.startHandshake();
			return true;
		}
		catch (SSLException ex) {
			// A certificate that is not trusted, or an alert
			return ex.getCause() instanceof GeneralSecurityException
					|| String.valueOf(ex.getMessage()).contains("fatal alert");
		}
		catch (IOException ex) {
			return false;
		}
	}

	private Socket connect() throws IOException {
		Socket socket = new Socket();
		try {
			socket.setSoTimeout(this.timeout);
			socket.connect(new InetSocketAddress(this.uri.getHost(), this.uri.getPort()), this.timeout);
			return socket;
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

}
