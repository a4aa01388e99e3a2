package io.github.cometspring.netty;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Certificate;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that encrypts serves polls like any other.
 */
class EncryptedIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@TempDir
	static Path directory;

	@Test
	void pollWhenEncryptedShouldBeServed() throws IOException {
		Certificate certificate = Certificate.in(directory);
		try (CometServer server = CometServer.start("server.ssl.key-store=" + certificate.keyStore(),
				"server.ssl.key-store-password=" + Certificate.PASSWORD);
				Socket socket = certificate.trusting().getSocketFactory().createSocket("localhost", server.port())) {
			socket.setSoTimeout(10_000);
			Channel channel = server.create("a");
			send(socket, "application/x-ocsigen-comet");
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("hello").block();
			assertThat(readUntil(socket, "a:hello")).startsWith("HTTP/1.1 200 ");
		}
	}

	private static void send(Socket socket, String type) throws IOException {
		String request = "POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
				+ "\r\nContent-Length: 14\r\n\r\nregistration=a";
		socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
	}

	private static String readUntil(Socket socket, String end) throws IOException {
		StringBuilder text = new StringBuilder();
		while (text.indexOf(end) < 0) {
			int next = socket.getInputStream().read();
			assertThat(next).as(text.toString()).isNotNegative();
			text.append((char) next);
		}
		return text.toString();
	}

}
