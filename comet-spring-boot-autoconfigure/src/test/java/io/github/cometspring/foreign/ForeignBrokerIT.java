package io.github.cometspring.foreign;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Servers whose channels are stored behind a network that lags, loses data, and cannot be
 * reached for a while.
 */
class ForeignBrokerIT {

	// An unavailable broker is logged once a minute
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final JsonMapper JSON = new JsonMapper();

	private static final Map<Way, CometServer> SERVERS = new HashMap<>();

	private static final long BEGINNING = System.nanoTime();

	private static int number;

	@BeforeAll
	static void start() {
		for (Way path : Way.values()) {
			Class<?>[] configuration = (path == Way.FILTERED)
					? new Class<?>[] { ForeignNode.class, PassingFilter.class } : new Class<?>[] { ForeignNode.class };
			SERVERS.put(path, CometServer.start(configuration, "comet.fast-path=" + (path != Way.DEFAULT_PATH),
					"management.endpoints.web.exposure.include=comet,cometchannels"));
		}
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(CometServer::close);
	}

	@AfterEach
	void restoreCluster() {
		for (CometServer server : SERVERS.values()) {
			server.bean(ForeignCluster.class).setAway(false);
			server.bean(ForeignBroker.class).release();
			Subscriptions subscriptions = server.bean(Subscriptions.class);
			for (Transport transport : Transport.values()) {
				Await.until(() -> subscriptions.connections(transport) == 0);
			}
		}
	}

	static Stream<Arguments> paths() {
		return Arrays.stream(Way.values())
			.flatMap((path) -> Arrays.stream(Transport.values()).map((transport) -> Arguments.of(path, transport)));
	}

	@ParameterizedTest
	@MethodSource("paths")
	void listenWhenCopyLagsShouldWaitForTheNextMessage(Way path, Transport transport) {
		CometServer server = server(path);
		Channel channel = server.create("lags-" + number++);
		ForeignBroker here = server.bean(ForeignBroker.class);
		prepare(here, channel);
		here.hold();
		Position position = Objects.requireNonNull(channel.publish("had").block(PATIENCE));
		assertThat(log(here, channel).newest().offset()).isZero();
		try (Client client = new Client(server, transport, Cursor.of(channel.id(), position).token(), channel.id())) {
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("next").block(PATIENCE);
			here.release();
			assertThat(client.received()).containsExactly("next");
		}
	}

	@ParameterizedTest
	@MethodSource("paths")
	void listenWhenEpochChangesOnAQuietChannelShouldReportGap(Way path, Transport transport) {
		CometServer server = server(path);
		Channel channel = server.create("forgets-" + number++);
		ForeignBroker here = server.bean(ForeignBroker.class);
		Position position = Objects.requireNonNull(channel.publish("had").block(PATIENCE));
		try (Client client = new Client(server, transport, Cursor.of(channel.id(), position).token(), channel.id())) {
			Await.until(() -> channel.subscribers() == 1 && log(here, channel).newest().equals(position));
			server.bean(ForeignCluster.class).forget(channel.id(), true);
			assertThat(client.received()).containsExactly("gap");
		}
	}

	@ParameterizedTest
	@MethodSource("paths")
	void listenWhenMessagesAreLostOnAQuietChannelShouldReportGap(Way path, Transport transport) {
		CometServer server = server(path);
		Channel channel = server.create("loses-" + number++);
		ForeignBroker here = server.bean(ForeignBroker.class);
		Position position = Objects.requireNonNull(channel.publish("had").block(PATIENCE));
		try (Client client = new Client(server, transport, Cursor.of(channel.id(), position).token(), channel.id())) {
			Await.until(() -> channel.subscribers() == 1 && log(here, channel).newest().equals(position));
			here.hold();
			here.drop((entry) -> true);
			channel.publish("lost").block(PATIENCE);
			server.bean(ForeignCluster.class).trim(channel.id(), false);
			here.drop((entry) -> false);
			here.release();
			assertThat(client.received()).containsExactly("gap");
		}
	}

	@ParameterizedTest
	@MethodSource("paths")
	void listenWhenBrokerIsUnavailableShouldBeRefusedWithItsCursor(Way path, Transport transport) {
		CometServer server = server(path);
		Channel channel = server.create("away-" + number++);
		String cursor = Objects.requireNonNull(channel.cursor().block(PATIENCE)).token();
		server.bean(ForeignCluster.class).setAway(true);
		for (int i = 0; i < 20; i++) {
			try (Client client = new Client(server, transport, cursor, channel.id())) {
				if (transport == Transport.WEBSOCKET) {
					assertThat(client.closeCode()).isEqualTo(1013);
					continue;
				}
				Answer answer = client.answer();
				assertThat(answer.status()).isEqualTo(503);
				assertThat(answer.header("Retry-After")).matches("[1-5]");
				if (transport == Transport.LEGACY) {
					assertThat(answer.header("Comet-Cursor")).isEqualTo(cursor);
					assertThat(answer.body()).isEmpty();
				}
				else {
					assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
					assertThat(JSON.readTree(answer.body()).path("cursor").asString("")).isEqualTo(cursor);
				}
			}
		}
		try (Client client = new Client(server, transport, null, channel.id())) {
			if (transport == Transport.LEGACY) {
				assertThat(client.answer().header("Comet-Cursor")).as("it had none").isNull();
			}
		}
		long minutes = 1 + Duration.ofNanos(System.nanoTime() - BEGINNING).toMinutes();
		assertThat(log.ownMessages().stream().filter((line) -> line.contains("cannot be reached")))
			.as("one line a server a minute")
			.hasSizeBetween(1, (int) (SERVERS.size() * minutes))
			.noneMatch((line) -> line.contains("\n"));
		server.bean(ForeignCluster.class).setAway(false);
		channel.publish("again").block(PATIENCE);
		try (Client client = new Client(server, transport, cursor, channel.id())) {
			assertThat(client.received()).containsExactly("again");
		}
	}

	@ParameterizedTest
	@MethodSource("paths")
	void waitWhenBrokerBecomesUnavailableShouldGoOn(Way path, Transport transport) {
		CometServer server = server(path);
		Channel channel = server.create("waits-" + number++);
		String cursor = Objects.requireNonNull(channel.cursor().block(PATIENCE)).token();
		ForeignCluster cluster = server.bean(ForeignCluster.class);
		try (Client client = new Client(server, transport, cursor, channel.id())) {
			Await.until(() -> channel.subscribers() == 1);
			cluster.setAway(true);
			try (Client other = new Client(server, Transport.LEGACY, null, channel.id())) {
				assertThat(other.answer().status()).isEqualTo(503);
			}
			assertThat(channel.subscribers()).isOne();
			cluster.setAway(false);
			channel.publish("still there").block(PATIENCE);
			assertThat(client.received()).containsExactly("still there");
		}
	}

	@ParameterizedTest
	@EnumSource
	void operatorWhenBrokerIsUnavailableShouldBeAnswered503(Way path) {
		CometServer server = server(path);
		server.create("operated-" + number++);
		server.bean(ForeignCluster.class).setAway(true);
		for (String request : List.of("GET /actuator/comet", "POST /actuator/comet/activate",
				"GET /actuator/cometchannels", "GET /actuator/cometchannels/x", "DELETE /actuator/cometchannels/x")) {
			try (RawConnection operator = RawConnection.open(server.port())) {
				assertThat(operator.send(request + " HTTP/1.1\r\nHost: localhost\r\n\r\n").read().status()).as(request)
					.isEqualTo(503);
			}
		}
		server.bean(ForeignCluster.class).setAway(false);
		try (RawConnection operator = RawConnection.open(server.port())) {
			assertThat(operator.send("GET /actuator/cometchannels?prefix=operated HTTP/1.1\r\nHost: localhost\r\n\r\n")
				.read()
				.body()).contains("operated-").contains("\"total\":1");
		}
	}

	@Test
	void clientWhenItDisconnectsWhileBrokerAnswersShouldBeReleased() {
		CometServer server = server(Way.FAST_PATH);
		Channel channel = server.create("leaves-" + number++);
		ForeignCluster cluster = server.bean(ForeignCluster.class);
		cluster.setLatency(Duration.ofMillis(200));
		for (Transport transport : Transport.values()) {
			for (boolean away : new boolean[] { false, true }) {
				cluster.setAway(away);
				int before = cluster.calls();
				try (Client client = new Client(server, transport, null, channel.id())) {
					Await.until(() -> cluster.calls() > before && client.isOpen());
				}
				Await.until(() -> server.bean(Subscriptions.class).connections(transport) == 0);
			}
		}
		cluster.setLatency(Duration.ofMillis(1));
		assertThat(channel.subscribers()).isZero();
	}

	private static CometServer server(Way path) {
		return Objects.requireNonNull(SERVERS.get(path));
	}

	private static void prepare(ForeignBroker here, Channel channel) {
		log(here, channel).prepare(Cursor.LATEST).block(PATIENCE);
	}

	private static ChannelLog log(ForeignBroker here, Channel channel) {
		return Objects.requireNonNull(here.find(channel.id()).block(PATIENCE));
	}

	/**
	 * The path of requests and answers.
	 */
	enum Way {

		/**
		 * The fast path.
		 */
		FAST_PATH,

		/**
		 * The default path, beside a filter.
		 */
		FILTERED,

		/**
		 * The default path.
		 */
		DEFAULT_PATH

	}

}
