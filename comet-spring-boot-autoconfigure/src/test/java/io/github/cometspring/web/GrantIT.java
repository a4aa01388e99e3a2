package io.github.cometspring.web;

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
		assertThat(GrantAnswer.ask(server, transport, List.of("a"), grant)).isEqualTo(GrantAnswer.served("a"));
		assertThat(GrantAnswer.ask(server, transport, List.of("b"), grant))
			.isEqualTo(GrantAnswer.refused("b", transport));
		assertThat(GrantAnswer.ask(server, transport, List.of("a", "b"), grant))
			.isEqualTo(new GrantAnswer(List.of("a"), List.of("b")));
		assertThat(GrantAnswer.ask(server, transport, List.of("a", "b"), grant, grant(server, "b", HOUR)))
			.isEqualTo(GrantAnswer.served("a", "b"));
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenThereIsNoGrantShouldServeWhatTheOtherAuthorizerPermits(boolean fastPath, Transport transport) {
		CometServer server = server(fastPath);
		assertThat(GrantAnswer.ask(server, transport, List.of("public", "a")))
			.isEqualTo(new GrantAnswer(List.of("public"), List.of("a")));
		assertThat(GrantAnswer.ask(server, transport, List.of("a"))).isEqualTo(GrantAnswer.refused("a", transport));
		assertThat(GrantAnswer.ask(server, transport, List.of("public", "a"), grant(server, "a", HOUR)))
			.isEqualTo(GrantAnswer.served("a", "public"));
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
				assertThat(GrantAnswer.ask(server(fastPath), transport, List.of("a"), grant))
					.isEqualTo(GrantAnswer.refused("a", transport));
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
		assertThat(
				GrantAnswer.ask(server(fastPath), transport, List.of("a"), foreignProgram(KEY, 1, 4_102_444_800L, "a")))
			.isEqualTo(GrantAnswer.served("a"));
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenThereAreTooManyGrantsShouldLookAtFirstOnes(boolean fastPath, Transport transport) {
		CometServer server = server(fastPath);
		String grant = grant(server, "a", HOUR);
		List<String> grants = new ArrayList<>(IntStream.range(0, 4).mapToObj((i) -> "x" + i).toList());
		grants.add(grant);
		assertThat(GrantAnswer.ask(server, transport, List.of("a"), grants.toArray(String[]::new)))
			.isEqualTo(GrantAnswer.served("a"));
		grants.add(0, "more");
		assertThat(GrantAnswer.ask(server, transport, List.of("a"), grants.toArray(String[]::new)))
			.isEqualTo(GrantAnswer.refused("a", transport));
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
		CometServer server = server(fastPath);
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
		assertThat(GrantAnswer.ask(server, transport, List.of("a"), grant(server, "a", HOUR)))
			.isEqualTo(GrantAnswer.served("a"));
		assertThat(GrantAnswer.ask(server, transport, List.of("a"))).isEqualTo(GrantAnswer.refused("a", transport));
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

	@Configuration(proxyBeanMethods = false)
	static class Composition {

		@Bean
		ChannelAuthorizer channelAuthorizer(GrantAuthorizer grants) {
			return grants.or((principal, channel) -> Mono.just(channel.startsWith("public")));
		}

	}

}
