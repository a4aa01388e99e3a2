package io.github.cometspring.netty;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.web.CometWebSocketHandler;
import io.github.cometspring.web.EventStreamHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The path of requests for event streams and WebSockets.
 */
class FastStreamIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.RefusalLog");

	/**
	 * Opens a stream and a WebSocket, and asserts how many of the two WebFlux has seen.
	 */
	private static void assertSeen(CometServer server, int streams, int sockets) {
		Channel channel = server.create("a");
		try (RawConnection one = RawConnection.open(server.port());
				RawConnection other = RawConnection.open(server.port())) {
			RawEventStream stream = RawEventStream.open(one, "channel=a");
			stream.next();
			RawWebSocket socket = RawWebSocket.open(other);
			assertThat(socket.send("{\"subscribe\":[\"a\"]}").text()).contains("cursor");
			for (int i = 0; i < 3; i++) {
				channel.publish("message " + i).block(PATIENCE);
				assertThat(stream.message().data()).contains("message " + i);
				assertThat(socket.text()).contains("message " + i);
			}
			channel.close().block(PATIENCE);
			assertThat(stream.message().name()).isEqualTo("ended");
			assertThat(stream.next()).isNull();
			assertThat(socket.text()).contains("ended");
			socket.close();
			// Counted after all earlier requests
			one.request("PUT", "/comet", "text/plain", "");
			assertThat(one.read().status()).isEqualTo(405);
			Await.until(() -> Route.webFluxRequests(server, "PUT") == 1);
			Await.until(() -> Route.webFluxRequests(server, "GET") >= streams + sockets);
			assertThat(Route.webFluxRequests(server, "GET")).isEqualTo(streams + sockets);
			Await.until(() -> server.bean(Subscriptions.class).connections(Transport.SSE) == 0
					&& server.bean(Subscriptions.class).connections(Transport.WEBSOCKET) == 0);
		}
	}

	@Test
	void streamsOfPlainApplicationShouldTakeTheFastPath() {
		try (CometServer server = CometServer.start("comet.fast-path=true")) {
			assertSeen(server, 0, 0);
		}
	}

	@Test
	void streamsWhenSwitchedOffShouldTakeTheDefaultPath() {
		try (CometServer server = CometServer.start("comet.fast-path=false")) {
			assertSeen(server, 1, 1);
		}
	}

	@Test
	void streamsBesideFilterShouldTakeTheDefaultPath() {
		try (CometServer server = CometServer.start(new Class<?>[] { PassingFilter.class }, "comet.fast-path=true")) {
			assertSeen(server, 1, 1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.netty.idle-timeout=1m", "server.compression.enabled=true",
			"comet.allowed-origins=https://friend.example" })
	void streamsWhenServerIsConfiguredToSeeThemShouldTakeTheDefaultPath(String property) {
		try (CometServer server = CometServer.start("comet.fast-path=true", property)) {
			assertSeen(server, 1, 1);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void handshakeOfForeignPageWhenForwardedShouldBeRefusedOnBothPaths(boolean fastPath) {
		try (CometServer server = CometServer.start("comet.fast-path=" + fastPath,
				"server.forward-headers-strategy=framework");
				RawConnection client = RawConnection.open(server.port())) {
			client.request("GET", "/comet", null, "", "Connection: Upgrade", "Upgrade: websocket",
					"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
					"X-Forwarded-Host: public.example", "Origin: http://localhost");
			assertThat(client.read().status()).isEqualTo(403);
		}
	}

	@Test
	void streamsWhenApplicationServesThemItselfShouldTakeTheDefaultPath() {
		try (CometServer server = CometServer.start(new Class<?>[] { OwnHandlers.class }, "comet.fast-path=true")) {
			assertSeen(server, 1, 1);
		}
	}

	@Test
	void streamOverTheLimitShouldBeRefusedOnceByTheDefaultPath() {
		try (CometServer server = CometServer.start("comet.fast-path=true", "comet.max-connections=1");
				RawConnection refused = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			RawEventStream stream = RawEventStream.open(server.port(), "channel=a");
			stream.next();
			assertThat(RawEventStream.ask(server.port(), "channel=a").status()).isEqualTo(503);
			assertThat(RawWebSocket.handshake(refused).status()).isEqualTo(503);
			Await.until(() -> Route.webFluxRequests(server, "GET") == 2);
			stream.connection().close();
			Await.until(() -> channel.subscribers() == 0);
			assertThat(RawWebSocket.open(server.port()).send("{\"ping\":1}").text()).isEqualTo("{\"pong\":1}");
		}
	}

	@Test
	void streamThatComesBackShouldMissNothing() {
		try (CometServer server = CometServer.start("comet.fast-path=true", "comet.history.size=100")) {
			Channel channel = server.create("a");
			String last = "";
			for (int i = 0; i < 20; i++) {
				channel.publish("message " + 2 * i).block(PATIENCE);
				RawEventStream stream = RawEventStream.open(server.port(), "channel=a&cursor=earliest",
						last.isEmpty() ? "Cache-Control: no-cache" : "Last-Event-ID: " + last);
				assertThat(stream.message().data()).contains("message " + 2 * i);
				channel.publish("message " + (2 * i + 1)).block(PATIENCE);
				assertThat(stream.message().data()).contains("message " + (2 * i + 1));
				last = stream.lastId();
				stream.connection().close();
			}
			assertThat(Route.webFluxRequests(server, "GET")).isZero();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandlers {

		@Bean
		EventStreamHandler events(Subscriptions subscriptions, NettyClientSockets sockets) {
			return new EventStreamHandler(subscriptions, sockets);
		}

		@Bean
		CometWebSocketHandler webSockets(Subscriptions subscriptions, NettyClientSockets sockets) {
			return new CometWebSocketHandler(subscriptions, sockets,
					new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy()), 100);
		}

	}

}
