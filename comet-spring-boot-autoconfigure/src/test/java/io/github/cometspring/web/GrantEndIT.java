package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static io.github.cometspring.web.GrantServers.HOUR;
import static io.github.cometspring.web.GrantServers.everywhere;
import static io.github.cometspring.web.GrantServers.grant;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A signed grant (protocol, section 10) permits its channel until it ends, in every
 * dialect and on every path: the client then goes on with a new one, and a socket that
 * gets one before is not interrupted.
 */
@SetsFastPath
class GrantEndIT {

	@RegisterExtension
	static final GrantServers servers = new GrantServers();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final JsonMapper JSON = new JsonMapper();

	private static final AtomicInteger NAMES = new AtomicInteger();

	/** All clients at once, as each waits for the end of a second. */
	@Test
	void listenWhenGrantEndsShouldExpireAndResumeWithNewGrant() {
		ExecutorService threads = Executors.newCachedThreadPool();
		try {
			List<CompletableFuture<Void>> clients = everywhere()
				.map((each) -> CompletableFuture
					.runAsync(() -> expireAndResume((boolean) each.get()[0], (Transport) each.get()[1]), threads))
				.toList();
			assertThat(clients).allSatisfy((client) -> assertThat(client).succeedsWithin(PATIENCE.multipliedBy(3)));
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static void expireAndResume(boolean fastPath, Transport transport) {
		CometServer server = servers.server(fastPath);
		String name = "expiring" + NAMES.incrementAndGet();
		Channel channel = server.create(name);
		String cursor = null;
		// A machine that is very slow may let the grant end before it is presented.
		for (int round = 0; cursor == null && round < 10; round++) {
			cursor = expire(server, transport, name, grant(server, name, Duration.ofSeconds(1)));
		}
		assertThat(cursor).as("%s, fast path %s", transport, fastPath).isNotNull();
		channel.publish("missed").block(PATIENCE);
		assertThat(data(server, transport, name, cursor, grant(server, name, HOUR))).containsExactly("missed");
	}

	/**
	 * Listens until the grant ends.
	 * @return the cursor to go on from, or {@code null} if the grant had ended before
	 */
	private static @Nullable String expire(CometServer server, Transport transport, String channel, String grant) {
		try (RawConnection client = RawConnection.open(server.port())) {
			switch (transport) {
				case LEGACY -> {
					Answer answer = client
						.poll("registration=" + channel, "Comet-Cursor: earliest", "Comet-Grant: " + grant)
						.read();
					assertThat(answer.status()).isIn(401, 403);
					return answer.header("Comet-Cursor");
				}
				case JSON -> {
					Answer answer = client
						.request("POST", "/comet", "application/json", json(channel, "earliest", grant))
						.read();
					return (answer.status() == 403) ? null
							: JsonPollClient.assertProblem(answer, 401).path("cursor").stringValue();
				}
				case SSE -> {
					RawEventStream stream = RawEventStream.open(client,
							"channel=" + channel + "&cursor=earliest&grant=" + grant);
					if (stream.head().status() == 403) {
						return null;
					}
					assertThat(stream.message().name()).isEqualTo("expired");
					assertThat(stream.next()).isNull();
					return stream.lastId();
				}
				default -> {
					RawWebSocket socket = RawWebSocket.open(client);
					JsonNode answer = new JsonSocket(socket).exchange(subscribe(channel, "earliest", grant));
					if (answer.has("refused")) {
						return null;
					}
					assertThat(socket.closeCode()).isEqualTo(4401);
					return answer.path("cursor").stringValue();
				}
			}
		}
	}

	/** The messages of the first answer. */
	private static List<String> data(CometServer server, Transport transport, String channel, String cursor,
			String grant) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return switch (transport) {
				case LEGACY ->
					List.of(client.poll("registration=" + channel, "Comet-Cursor: " + cursor, "Comet-Grant: " + grant)
						.read()
						.body()
						.split(":")[1]);
				case JSON -> JsonSocket.data(
						JSON.readTree(client.request("POST", "/comet", "application/json", json(channel, cursor, grant))
							.read()
							.body()));
				case SSE -> List.of(JSON.readTree(RawEventStream
					.open(client, "channel=" + channel + "&grant=" + grant, "Last-Event-ID: " + cursor)
					.message()
					.data()).path("data").stringValue());
				case WEBSOCKET -> JsonSocket
					.data(new JsonSocket(RawWebSocket.open(client)).exchange(subscribe(channel, cursor, grant)));
			};
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void socketWhenGrantIsRenewedShouldGoOn(boolean fastPath) {
		CometServer server = servers.server(fastPath);
		String name = "renewed" + NAMES.incrementAndGet();
		Channel channel = server.create(name);
		String grant = grant(server, name, Duration.ofSeconds(2));
		try (RawWebSocket renewing = RawWebSocket.open(server.port());
				RawWebSocket other = RawWebSocket.open(server.port())) {
			JsonSocket socket = new JsonSocket(renewing);
			socket.exchange(subscribe(name, "earliest", grant));
			assertThat(socket.exchange(subscribe(name, "earliest", grant(server, name, HOUR))).has("refused"))
				.isFalse();
			new JsonSocket(other).exchange(subscribe(name, "earliest", grant));
			assertThat(other.closeCode()).as("the first grant has ended").isEqualTo(4401);
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("later").block(PATIENCE);
			assertThat(JsonSocket.data(socket.next())).containsExactly("later");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void socketWhenItsChannelsChangeShouldKeepGrants(boolean fastPath) {
		CometServer server = servers.server(fastPath);
		try (RawWebSocket raw = RawWebSocket.open(server.port())) {
			JsonSocket socket = new JsonSocket(raw);
			socket.exchange(subscribe("a", "latest", grant(server, "a", HOUR)));
			JsonNode more = socket.exchange(subscribe("b", "earliest", grant(server, "b", HOUR)));
			assertThat(JsonSocket.data(more)).containsExactly("m");
			assertThat(more.has("refused")).isFalse();
			assertThat(socket.exchange("{\"subscribe\":[\"public\"],\"cursor\":\"latest\"}").has("refused")).isFalse();
			JsonNode fewer = socket.exchange("{\"unsubscribe\":[\"a\",\"b\"],\"ping\":1}");
			assertThat(fewer.path("pong").intValue()).isOne();
			assertThat(socket.exchange("{\"subscribe\":[\"a\"]}").path("refused").toString()).as("the grant is gone")
				.isEqualTo("[\"a\"]");
		}
	}

	private static String subscribe(String channel, String cursor, String... grants) {
		return JSON.writeValueAsString(Map.of("subscribe", List.of(channel), "cursor", cursor, "grants", grants));
	}

	private static String json(String channel, String cursor, String... grants) {
		return JSON.writeValueAsString(Map.of("channels", List.of(channel), "cursor", cursor, "grants", grants));
	}

}
