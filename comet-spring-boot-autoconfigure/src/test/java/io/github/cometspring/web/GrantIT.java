package io.github.cometspring.web;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.GrantAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Signed grants (protocol, section 10) in every dialect and on every path, with an
 * authorizer that permits the channels of grants and those whose names begin with
 * {@code public}.
 */
@SetsFastPath
class GrantIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration HOUR = Duration.ofHours(1);

	private static final String KEY = "0123456789abcdef0123456789abcdef";

	private static final JsonMapper JSON = new JsonMapper();

	private static final Map<Boolean, CometServer> SERVERS = new HashMap<>();

	private static final AtomicInteger NAMES = new AtomicInteger();

	private static CometServer keysOnly;

	@BeforeAll
	static void start() {
		for (boolean fastPath : new boolean[] { true, false }) {
			CometServer server = CometServer.start(new Class<?>[] { Composition.class }, "comet.grants.keys[0]=" + KEY,
					"comet.fast-path=" + fastPath, "comet.max-channels-per-request=5");
			SERVERS.put(fastPath, server);
			Stream.of("a", "b", "public").forEach((name) -> server.create(name).publish("m").block(PATIENCE));
		}
		keysOnly = CometServer.start("comet.grants.keys=" + KEY);
		keysOnly.create("a").publish("m").block(PATIENCE);
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(CometServer::close);
		keysOnly.close();
	}

	static Stream<Arguments> everywhere() {
		return Stream.of(true, false)
			.flatMap((fastPath) -> Arrays.stream(Transport.values())
				.map((transport) -> Arguments.of(fastPath, transport)));
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenThereIsAGrantShouldServeItsChannelAndRefuseOthers(boolean fastPath, Transport transport) {
		CometServer server = server(fastPath);
		String grant = grant(server, "a", HOUR);
		assertThat(ask(server, transport, List.of("a"), grant)).isEqualTo(Result.served("a"));
		assertThat(ask(server, transport, List.of("b"), grant)).isEqualTo(Result.refused("b", transport));
		assertThat(ask(server, transport, List.of("a", "b"), grant)).isEqualTo(new Result(List.of("a"), List.of("b")));
		assertThat(ask(server, transport, List.of("a", "b"), grant, grant(server, "b", HOUR)))
			.isEqualTo(Result.served("a", "b"));
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenThereIsNoGrantShouldServeWhatTheOtherAuthorizerPermits(boolean fastPath, Transport transport) {
		CometServer server = server(fastPath);
		assertThat(ask(server, transport, List.of("public", "a")))
			.isEqualTo(new Result(List.of("public"), List.of("a")));
		assertThat(ask(server, transport, List.of("a"))).isEqualTo(Result.refused("a", transport));
		assertThat(ask(server, transport, List.of("public", "a"), grant(server, "a", HOUR)))
			.isEqualTo(Result.served("a", "public"));
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "SSE" })
	void listenWhenGrantIsInHeaderShouldServe(Transport transport) {
		CometServer server = server(true);
		String header = "Comet-Grant: " + grant(server, "b", HOUR) + " ,, " + grant(server, "a", HOUR);
		try (RawConnection client = RawConnection.open(server.port())) {
			if (transport == Transport.JSON) {
				Answer answer = client
					.request("POST", "/comet", "application/json", JsonPollClient.request("earliest", null, "a"),
							header)
					.read();
				assertThat(JsonPollClient.events(answer.body())).containsExactly("a=m");
			}
			else {
				assertThat(RawEventStream.open(client, "channel=a&cursor=earliest", header).message().data())
					.contains("\"m\"");
			}
		}
	}

	static Stream<String> hostile() {
		String valid = foreignProgram(KEY, 1, Long.MAX_VALUE / 1_000_000_000, "a");
		byte[] content = Base64.getUrlDecoder().decode(valid.split("\\.")[0]);
		return Stream.of(valid.substring(0, valid.length() - 1), valid + "A", valid + "=", valid.replace('.', ','),
				valid.substring(0, valid.length() - 2) + "--", foreignProgram(KEY, 1, 1, "a"),
				foreignProgram(KEY, 2, 4_102_444_800L, "a"), foreignProgram(KEY, 1, 4_102_444_800L, "b"),
				foreignProgram(KEY, 1, 4_102_444_800L, ""), foreignProgram("x" + KEY, 1, 4_102_444_800L, "a"),
				foreignProgram(KEY, 1, 4_102_444_800L, "a".repeat(2000)),
				Base64.getUrlEncoder().withoutPadding().encodeToString(content) + ".", ".", "a.b", "null", "{}", "a",
				"'; DROP TABLE grants; --", "%00%0d%0aX: y", "..", "A".repeat(3000), "eyJhbGciOiJub25lIn0.e30.");
	}

	@ParameterizedTest
	@MethodSource("hostile")
	void listenWhenGrantIsHostileShouldRefuseAndLogNothingOfIt(String grant) {
		Logger logger = (Logger) LoggerFactory.getLogger("io.github.cometspring");
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		lines.start();
		Level level = logger.getLevel();
		logger.setLevel(Level.TRACE);
		logger.addAppender(lines);
		try {
			everywhere().forEach((each) -> {
				boolean fastPath = (boolean) each.get()[0];
				Transport transport = (Transport) each.get()[1];
				assertThat(ask(server(fastPath), transport, List.of("a"), grant))
					.isEqualTo(Result.refused("a", transport));
			});
		}
		finally {
			logger.setLevel(level);
			logger.detachAppender(lines);
		}
		assertThat(List.copyOf(lines.list)).map(ILoggingEvent::getFormattedMessage)
			.noneMatch((line) -> grant.length() > 6 && line.contains(grant));
	}

	/** So that the hostile ones are not refused for another reason. */
	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenGrantIsOfAnotherProgramShouldServe(boolean fastPath, Transport transport) {
		assertThat(ask(server(fastPath), transport, List.of("a"), foreignProgram(KEY, 1, 4_102_444_800L, "a")))
			.isEqualTo(Result.served("a"));
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenThereAreTooManyGrantsShouldLookAtFirstOnes(boolean fastPath, Transport transport) {
		CometServer server = server(fastPath);
		String grant = grant(server, "a", HOUR);
		List<String> grants = new ArrayList<>(IntStream.range(0, 4).mapToObj((i) -> "x" + i).toList());
		grants.add(grant);
		assertThat(ask(server, transport, List.of("a"), grants.toArray(String[]::new))).isEqualTo(Result.served("a"));
		grants.add(0, "more");
		assertThat(ask(server, transport, List.of("a"), grants.toArray(String[]::new)))
			.isEqualTo(Result.refused("a", transport));
	}

	@Test
	void pollWhenGrantsAreNoListShouldAnswer400() {
		try (RawConnection client = RawConnection.open(server(true).port())) {
			Answer answer = client
				.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"],\"grants\":\"a.b\"}")
				.read();
			assertThat(JsonPollClient.assertProblem(answer, 400).path("detail").stringValue()).contains("grants");
		}
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenGrantEndsShouldExpireAndResumeWithNewGrant(boolean fastPath, Transport transport) {
		CometServer server = server(fastPath);
		String name = "expiring" + NAMES.incrementAndGet();
		Channel channel = server.create(name);
		String cursor = null;
		// A machine that is very slow may let the grant end before it is presented.
		for (int round = 0; cursor == null && round < 10; round++) {
			cursor = expire(server, transport, name, grant(server, name, Duration.ofSeconds(1)));
		}
		assertThat(cursor).isNotNull();
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
		CometServer server = server(fastPath);
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
		CometServer server = server(fastPath);
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

	@ParameterizedTest
	@EnumSource
	void listenWhenApplicationHasKeysOnlyShouldDemandGrants(Transport transport) {
		CometServer server = keysOnly;
		assertThat(ask(server, transport, List.of("a"), grant(server, "a", HOUR))).isEqualTo(Result.served("a"));
		assertThat(ask(server, transport, List.of("a"))).isEqualTo(Result.refused("a", transport));
	}

	private static CometServer server(boolean fastPath) {
		return Objects.requireNonNull(SERVERS.get(fastPath));
	}

	private static String grant(CometServer server, String channel, Duration validity) {
		return server.channels().grant(channel, validity);
	}

	/**
	 * A grant as the protocol describes it.
	 */
	private static String foreignProgram(String key, int version, long end, String channel) {
		byte[] id = channel.getBytes(StandardCharsets.UTF_8);
		byte[] keyId = Arrays.copyOf(hmac(key, "comet.grants.id".getBytes(StandardCharsets.US_ASCII)), 4);
		byte[] content = ByteBuffer.allocate(13 + id.length)
			.put((byte) version)
			.put(keyId)
			.putLong(end)
			.put(id)
			.array();
		Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
		return base64.encodeToString(content) + "." + base64.encodeToString(hmac(key, content));
	}

	private static byte[] hmac(String key, byte[] content) {
		try {
			Mac mac = Mac.getInstance("HmacSHA256");
			mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
			return mac.doFinal(content);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String subscribe(String channel, String cursor, String... grants) {
		return JSON.writeValueAsString(Map.of("subscribe", List.of(channel), "cursor", cursor, "grants", grants));
	}

	private static String json(String channel, String cursor, String... grants) {
		return JSON.writeValueAsString(Map.of("channels", List.of(channel), "cursor", cursor, "grants", grants));
	}

	/**
	 * Asks for channels from the earliest message on, each of which has one message.
	 */
	private static Result ask(CometServer server, Transport transport, List<String> channels, String... grants) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return switch (transport) {
				case LEGACY -> {
					Answer answer = client
						.poll("registration=" + String.join("%0A", channels), "Comet-Cursor: earliest",
								"Comet-Grant: " + String.join(",", grants))
						.read();
					assertThat(answer.status()).isIn(200, 403);
					yield new Result(answer.body().lines().map((line) -> line.split(":")[0]).sorted().toList(),
							Stream.ofNullable(answer.header("Comet-Refused")).toList());
				}
				case JSON -> {
					Answer answer = client
						.request("POST", "/comet", "application/json", JSON
							.writeValueAsString(Map.of("channels", channels, "cursor", "earliest", "grants", grants)))
						.read();
					assertThat(answer.status()).isIn(200, 403);
					yield Result.of(JSON.readTree(answer.body()));
				}
				case SSE -> events(server, client, channels, grants);
				case WEBSOCKET -> Result.of(new JsonSocket(RawWebSocket.open(client)).exchange(JSON
					.writeValueAsString(Map.of("subscribe", channels, "cursor", "earliest", "grants", grants))));
			};
		}
	}

	private static Result events(CometServer server, RawConnection client, List<String> channels, String... grants) {
		StringBuilder query = new StringBuilder("cursor=earliest");
		channels.forEach((id) -> query.append("&channel=").append(id));
		Stream.of(grants)
			.forEach((grant) -> query.append("&grant=").append(URLEncoder.encode(grant, StandardCharsets.UTF_8)));
		RawEventStream stream = RawEventStream.open(client, query.toString());
		if (stream.head().status() != 200) {
			Answer answer = RawEventStream.ask(server.port(), query.toString());
			assertThat(answer.status()).isEqualTo(403);
			return Result.of(JSON.readTree(answer.body()));
		}
		TreeSet<String> served = new TreeSet<>();
		List<String> refused = new ArrayList<>();
		while (served.size() + refused.size() < channels.size()) {
			Event event = stream.message();
			String channel = JSON.readTree(event.data()).path("channel").stringValue();
			if (event.name().equals("refused")) {
				refused.add(channel);
			}
			else {
				served.add(channel);
			}
		}
		return new Result(List.copyOf(served), refused);
	}

	/**
	 * What the client gets.
	 *
	 * @param served the channels of which it gets messages
	 * @param refused the channels that it is told are refused
	 */
	private record Result(List<String> served, List<String> refused) {

		private static Result served(String... channels) {
			return new Result(List.of(channels), List.of());
		}

		private static Result refused(String channel, Transport transport) {
			// The legacy dialect refuses all channels with an empty answer.
			return new Result(List.of(), (transport != Transport.LEGACY) ? List.of(channel) : List.of());
		}

		private static Result of(JsonNode json) {
			TreeSet<String> served = new TreeSet<>();
			List<String> refused = new ArrayList<>();
			json.path("messages").forEach((message) -> served.add(message.path("channel").stringValue()));
			json.path("refused").forEach((channel) -> refused.add(channel.stringValue()));
			if (!refused.isEmpty()) {
				assertThat(json.path("why").stringValue()).isEqualTo("forbidden");
			}
			return new Result(List.copyOf(served), refused);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Composition {

		@Bean
		ChannelAuthorizer channelAuthorizer(GrantAuthorizer grants) {
			return grants.or((principal, channel) -> Mono.just(channel.startsWith("public")));
		}

	}

}
