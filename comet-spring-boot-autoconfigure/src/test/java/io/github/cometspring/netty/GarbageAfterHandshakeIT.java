package io.github.cometspring.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import javax.net.ssl.SSLSocket;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Certificate;
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
	void garbageShouldEndAllClientsAndLogNothing(boolean fastPath) throws IOException {
		Certificate certificate = Certificate.in(directory);
		try (CometServer server = CometServer.start("comet.fast-path=" + fastPath, "comet.timeout=1h",
				"server.ssl.key-store=" + certificate.keyStore(),
				"server.ssl.key-store-password=" + Certificate.PASSWORD)) {
			Channel channel = server.create("a");
			for (String request : new String[] { POLL, POLL + POLL, EVENTS, SOCKET }) {
				try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
					SSLSocket encrypted = (SSLSocket) certificate.trusting()
						.getSocketFactory()
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

}
