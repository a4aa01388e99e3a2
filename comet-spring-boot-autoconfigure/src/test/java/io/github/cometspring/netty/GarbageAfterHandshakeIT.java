package io.github.cometspring.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that sends plain text after its TLS handshake is disconnected.
 */
class GarbageAfterHandshakeIT {

	private static final String PASSWORD = "changeit";

	private static final String POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\nContent-Length: 14\r\n\r\nregistration=a";

	private static final String EVENTS = "GET /comet?channel=a HTTP/1.1\r\nHost: localhost\r\n"
			+ "Accept: text/event-stream\r\n\r\n";

	private static final String SOCKET = "GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
			+ "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@TempDir
	static Path directory;

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void garbageShouldEndAllClientsAndLogNothing(boolean fastPath)
			throws IOException, InterruptedException, GeneralSecurityException {
		try (CometServer server = CometServer.start("comet.fast-path=" + fastPath, "comet.timeout=1h",
				"server.ssl.key-store=" + keyStore(), "server.ssl.key-store-password=" + PASSWORD)) {
			Channel channel = server.create("a");
			for (String request : new String[] { POLL, POLL + POLL, EVENTS, SOCKET }) {
				try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
					SSLSocket encrypted = (SSLSocket) trusting().getSocketFactory()
						.createSocket(socket, "localhost", server.port(), false);
					encrypted.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
					Await.until(() -> connections(server) == 1);
					socket.getOutputStream().write("no record at all".getBytes(StandardCharsets.US_ASCII));
					Await.until(() -> connections(server) == 0 && channel.subscribers() == 0);
				}
			}
		}
		assertThat(log.complaints()).isEmpty();
	}

	private static int connections(CometServer server) {
		int sum = 0;
		for (Transport transport : Transport.values()) {
			sum += server.bean(Subscriptions.class).connections(transport);
		}
		return sum;
	}

	private static Path keyStore() throws IOException, InterruptedException {
		Path file = directory.resolve("keys.p12");
		if (!file.toFile().exists()) {
			Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
					"-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost", "-storetype",
					"PKCS12", "-keystore", file.toString(), "-storepass", PASSWORD)
				.redirectErrorStream(true)
				.start();
			keytool.getInputStream().transferTo(System.out);
			assertThat(keytool.waitFor()).isZero();
		}
		return file;
	}

	private static SSLContext trusting() throws GeneralSecurityException {
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, new TrustManager[] { new Trusting() }, null);
		return context;
	}

	private static final class Trusting implements X509TrustManager {

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type) {
			// There is no client certificate.
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type) {
			// It was made for this test.
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
