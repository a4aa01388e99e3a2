package io.github.cometspring.web;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An authorizer that does not decide holds a client no longer than
 * {@code comet.authorization.timeout}, and only until the operator ends waiting requests.
 */
@SetsFastPath
class HungAuthorizerIT {

	// The error of an authorizer is the application's, and is logged.
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final AtomicInteger ASKED = new AtomicInteger();

	private static final AtomicInteger CANCELLED = new AtomicInteger();

	private static final Map<String, CometServer> SERVERS = new HashMap<>();

	@BeforeAll
	static void start() {
		for (boolean fastPath : new boolean[] { true, false }) {
			for (String timeout : new String[] { "200ms", "1h" }) {
				CometServer server = CometServer.start(new Class<?>[] { Authorizer.class },
						"comet.fast-path=" + fastPath, "comet.authorization.timeout=" + timeout);
				server.create("open").publish("m").block(PATIENCE);
				SERVERS.put(timeout + fastPath, server);
			}
		}
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(CometServer::close);
	}

	static Stream<Arguments> setups() {
		return Stream.of(true, false)
			.flatMap((fastPath) -> Arrays.stream(Transport.values())
				.map((transport) -> Arguments.of(fastPath, transport)));
	}

	@ParameterizedTest
	@MethodSource("setups")
	void listenWhenAuthorizerHangsShouldBeRefusedTemporarily(boolean fastPath, Transport transport) {
		CometServer server = server("200ms", fastPath);
		try (RawConnection client = RawConnection.open(server.port())) {
			RawWebSocket socket = ask(client, transport);
			if (socket != null) {
				assertThat(socket.text()).isEqualTo("close 1013");
			}
			else {
				Answer answer = client.read();
				assertThat(answer.status()).isEqualTo(503);
				assertThat(answer.header("Retry-After")).isNotNull();
				// The connection goes on.
				assertThat(client.poll("registration=open", "Comet-Cursor: earliest").read().body())
					.isEqualTo("open:m");
			}
		}
		assertNoClientIsLeft(server);
	}

	@ParameterizedTest
	@MethodSource("setups")
	void listenWhenKilledWhileAuthorizerHangsShouldEndAtOnce(boolean fastPath, Transport transport) {
		CometServer server = server("1h", fastPath);
		int asked = ASKED.get();
		int cancelled = CANCELLED.get();
		try (RawConnection client = RawConnection.open(server.port())) {
			RawWebSocket socket = ask(client, transport);
			Await.until(() -> ASKED.get() > asked);
			server.control().setTimeout(Duration.ofSeconds(20), true).block(PATIENCE);
			if (socket != null) {
				assertThat(socket.text()).isEqualTo("close 1013");
			}
			else {
				assertThat(client.read().status()).isEqualTo(503);
			}
		}
		Await.until(() -> CANCELLED.get() > cancelled);
		assertNoClientIsLeft(server);
	}

	@ParameterizedTest
	@MethodSource("setups")
	void listenWhenClientLeavesWhileAuthorizerHangsShouldReleaseIt(boolean fastPath, Transport transport) {
		CometServer server = server("1h", fastPath);
		int asked = ASKED.get();
		int cancelled = CANCELLED.get();
		try (RawConnection client = RawConnection.open(server.port())) {
			ask(client, transport);
			Await.until(() -> ASKED.get() > asked);
		}
		Await.until(() -> CANCELLED.get() > cancelled);
		assertNoClientIsLeft(server);
	}

	@OneNodeOnly("Each node logs a line of its own")
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void listenWhenAuthorizerFailsEachTimeShouldLogOneLine(boolean fastPath) {
		CometServer server = server("1h", fastPath);
		int before = log.ownMessages().size();
		try (RawConnection client = RawConnection.open(server.port())) {
			for (int i = 0; i < 50; i++) {
				assertThat(client.poll("registration=fails").read().status()).isEqualTo(403);
			}
		}
		assertThat(log.ownMessages().subList(before, log.ownMessages().size())).hasSizeLessThanOrEqualTo(1)
			.noneMatch((line) -> line.contains("\n") || line.contains("fails and tells"));
	}

	private static void assertNoClientIsLeft(CometServer server) {
		Await.until(() -> Arrays.stream(Transport.values()).allMatch((each) -> server.connections(each) == 0));
		Channel open = Objects.requireNonNull(server.channels().find("open").block(PATIENCE));
		assertThat(open.subscribers()).isZero();
	}

	private static CometServer server(String timeout, boolean fastPath) {
		return Objects.requireNonNull(SERVERS.get(timeout + fastPath));
	}

	/**
	 * Asks for a channel for which the authorizer hangs.
	 * @return the socket, if it is one
	 */
	private static @Nullable RawWebSocket ask(RawConnection client, Transport transport) {
		switch (transport) {
			case LEGACY -> client.poll("registration=open%0Ahangs");
			case JSON -> client.request("POST", "/comet", "application/json",
					JsonPollClient.request(null, null, "open", "hangs"));
			case SSE ->
				client.request("GET", "/comet?channel=open&channel=hangs", null, "", "Accept: text/event-stream");
			case WEBSOCKET -> {
				return RawWebSocket.open(client).send("{\"subscribe\":[\"open\",\"hangs\"]}");
			}
		}
		return null;
	}

	@Configuration(proxyBeanMethods = false)
	static class Authorizer {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> switch (channel) {
				case "hangs" -> Mono.<Boolean>never()
					.doOnSubscribe((subscription) -> ASKED.incrementAndGet())
					.doOnCancel(CANCELLED::incrementAndGet);
				case "fails" -> Mono.error(new IllegalStateException("fails and tells"));
				default -> Mono.just(true);
			};
		}

	}

}
