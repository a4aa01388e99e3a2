package io.github.cometspring.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.ServedClass;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * WebSocket over real sockets (protocol, section 5): the handshake.
 */
@SetsFastPath
class WebSocketHandshakeIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.max-connections=8",
			"comet.allowed-origins=https://friend.example")
		.exempting("io.github.cometspring.subscription.RefusalLog");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void handshakeWhenProtocolIsOfferedShouldSelectIt() {
		for (String offer : List.of("comet.v1", "x, comet.v1", "comet.v1,comet.v2",
				"chat\r\nSec-WebSocket-Protocol: comet.v1", "comet.v1\r\nSec-WebSocket-Protocol: chat")) {
			try (RawConnection client = RawConnection.open(comet.port())) {
				Answer answer = RawWebSocket.handshake(client, "Sec-WebSocket-Protocol: " + offer);
				assertThat(answer.status()).isEqualTo(101);
				assertThat(answer.header("Sec-WebSocket-Protocol")).isEqualTo("comet.v1");
			}
		}
	}

	@Test
	void handshakeWhenNoProtocolIsOfferedShouldServe() {
		try (RawConnection client = RawConnection.open(comet.port())) {
			Answer answer = RawWebSocket.handshake(client);
			assertThat(answer.status()).isEqualTo(101);
			assertThat(answer.header("Sec-WebSocket-Protocol")).isNull();
			client.send(RawWebSocket.frame(0x81, true, "{\"ping\":3}".getBytes(StandardCharsets.UTF_8)));
			assertThat(client.readBytes(2 + 10)).endsWith("{\"pong\":3}".getBytes(StandardCharsets.UTF_8));
		}
	}

	@Test
	void handshakeWhenProtocolIsAnotherShouldAnswer400() {
		assertThat(handshake("Sec-WebSocket-Protocol: comet.v2").status()).isEqualTo(400);
		assertThat(handshake("Sec-WebSocket-Protocol: chat, superchat").status()).isEqualTo(400);
	}

	@Test
	void handshakeWhenOriginIsForeignShouldAnswer403() {
		assertThat(handshake("Origin: https://stranger.example").status()).isEqualTo(403);
		assertThat(handshake("Origin: null").status()).isEqualTo(403);
		assertThat(handshake("Origin: https://friend.example").status()).isEqualTo(101);
		assertThat(handshake("Origin: http://localhost").status()).isEqualTo(101);
	}

	@Test
	void handshakeWhenDeactivatedShouldAnswer503() {
		comet.server().control().deactivate().block(PATIENCE);
		try {
			Answer answer = handshake();
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.header("Retry-After")).isNotNull();
		}
		finally {
			comet.server().control().activate().block(PATIENCE);
		}
	}

	@OneNodeOnly("comet.max-connections limits each node by itself")
	@Test
	void handshakeWhenTooManyConnectionsShouldAnswer503UntilOneLeaves() {
		List<RawWebSocket> others = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			others.add(comet.open(RawWebSocket.open(comet.port())));
		}
		assertThat(handshake().status()).isEqualTo(503);
		assertThat(comet.server().connections(Transport.WEBSOCKET)).isEqualTo(8);
		others.get(0).close();
		Await.until(() -> comet.server().connections(Transport.WEBSOCKET) == 7);
		assertThat(handshake().status()).isEqualTo(101);
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET /comet HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
			"GET /comet HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
			"GET /comet HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
					+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 99\r\n\r\n",
			"GET /comet HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nAccept: a/b\r\n\r\n",
			"POST /comet HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n"
					+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" })
	void handshakeWhenMalformedShouldBeTheClientsFault(String request) {
		try (RawConnection client = RawConnection.open(comet.port())) {
			assertThat(client.send(request).readSwitch().status()).isBetween(400, 499);
		}
	}

	@Test
	void standardClientShouldBeServed() throws ExecutionException, InterruptedException, TimeoutException {
		BlockingQueue<String> received = new LinkedBlockingQueue<>();
		WebSocket client = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.subprotocols("comet.v1")
			.buildAsync(URI.create("ws://localhost:" + comet.port() + "/comet"), new WebSocket.Listener() {

				@Override
				public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
					received.add(data.toString());
					webSocket.request(1);
					return null;
				}

				@Override
				public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
					received.add("close " + code);
					return null;
				}

			})
			.get(10, TimeUnit.SECONDS);
		assertThat(client.getSubprotocol()).isEqualTo("comet.v1");
		client.sendText("{\"subscribe\":[\"" + comet.name() + "\"]}", true).get(10, TimeUnit.SECONDS);
		assertThat(received.poll(10, TimeUnit.SECONDS)).startsWith("{\"cursor\":");
		comet.publish("1");
		assertThat(received.poll(10, TimeUnit.SECONDS)).contains("\"data\":\"1\"");
		client.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
		assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("close 1000");
	}

	private static Answer handshake(String... headers) {
		return RawWebSocket.handshake(comet.connect(), headers);
	}

}
