package io.github.cometspring.netty;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Certificate;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;

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

	@Test
	void pollWhenEncryptedShouldTakeTheFastPath() throws IOException {
		Certificate certificate = Certificate.in(directory);
		try (CometServer server = CometServer.start("comet.fast-path=true",
				"server.ssl.key-store=" + certificate.keyStore(),
				"server.ssl.key-store-password=" + Certificate.PASSWORD);
				Socket socket = certificate.trusting().getSocketFactory().createSocket("localhost", server.port())) {
			socket.setSoTimeout(10_000);
			send(socket, "application/x-ocsigen-comet");
			assertThat(readUntil(socket, "a:ENDED_CHANNEL")).startsWith("HTTP/1.1 200 ");
			send(socket, "text/plain");
			assertThat(readUntil(socket, "\r\n")).startsWith("HTTP/1.1 415 ");
			Await.until(() -> Route.webFluxRequests(server, "POST") > 0);
			assertThat(Route.webFluxRequests(server, "POST")).as("requests that WebFlux has seen").isOne();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void streamsWhenEncryptedShouldReceiveEachByte(boolean fastPath) throws IOException, InterruptedException {
		Certificate certificate = Certificate.in(directory);
		// Larger and smaller than a record of TLS
		List<String> messages = IntStream.range(0, 60).mapToObj((i) -> i + "-" + "é".repeat(i * 500)).toList();
		try (CometServer server = CometServer.start("comet.fast-path=" + fastPath,
				"server.ssl.key-store=" + certificate.keyStore(),
				"server.ssl.key-store-password=" + Certificate.PASSWORD, "comet.history.size=60")) {
			Channel channel = server.create("a");
			HttpClient client = HttpClient.newBuilder()
				.version(HttpClient.Version.HTTP_1_1)
				.sslContext(certificate.trusting())
				.build();
			String address = "//localhost:" + server.port() + "/comet";
			Stream<String> lines = client
				.send(HttpRequest.newBuilder(URI.create("https:" + address + "?channel=a"))
					.header("Accept", "text/event-stream")
					.build(), HttpResponse.BodyHandlers.ofLines())
				.body();
			Frames frames = new Frames();
			WebSocket socket = client.newWebSocketBuilder()
				.subprotocols("comet.v1")
				.buildAsync(URI.create("wss:" + address), frames)
				.join();
			socket.sendText("{\"subscribe\":[\"a\"]}", true).join();
			Await.until(() -> channel.subscribers() == 2);
			Flux.fromIterable(messages).concatMap(channel::publish).then().block();
			JsonMapper json = new JsonMapper();
			List<String> events = lines.filter((line) -> line.startsWith("data:") && line.contains("\"data\""))
				.limit(messages.size())
				.map((line) -> json.readTree(line.substring(5)).get("data").stringValue())
				.toList();
			assertThat(events).isEqualTo(messages);
			List<String> received = new ArrayList<>();
			while (received.size() < messages.size()) {
				String frame = frames.texts.poll(10, TimeUnit.SECONDS);
				assertThat(frame).as("a frame after %d messages", received.size()).isNotNull();
				json.readTree(frame)
					.path("messages")
					.forEach((message) -> received.add(message.get("data").stringValue()));
			}
			assertThat(received).isEqualTo(messages);
			socket.abort();
		}
	}

	private static final class Frames implements WebSocket.Listener {

		private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();

		private final StringBuilder text = new StringBuilder();

		@Override
		public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.text.append(data);
			if (last) {
				this.texts.add(this.text.toString());
				this.text.setLength(0);
			}
			socket.request(1);
			return null;
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
