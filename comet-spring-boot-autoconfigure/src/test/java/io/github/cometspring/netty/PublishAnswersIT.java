package io.github.cometspring.netty;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.subscription.PublishCounts;
import io.github.cometspring.subscription.PublishOutcome;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.SetsFastPath;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What publishers get over HTTP, on the fast path and on the default path, however they
 * ask.
 */
@SetsFastPath
class PublishAnswersIT {

	// Reactor Netty logs a warning of data that it cannot decode.
	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String OLD_KEY = "old0123456789abcdef0123456789abcdef";

	private static final String NEW_KEY = "new0123456789abcdef0123456789abcdef";

	private static final String KEY = "Authorization: Bearer " + NEW_KEY;

	private static final String PATH = "/comet/publish";

	private static final String JSON = "application/json";

	private static final Map<Boolean, CometServer> SERVERS = new HashMap<>();

	private static int channels;

	@BeforeAll
	static void start() {
		for (boolean fastPath : new boolean[] { true, false }) {
			SERVERS.put(fastPath, CometServer.start("comet.fast-path=" + fastPath, "comet.publish.enabled=true",
					"comet.publish.keys=" + OLD_KEY + "," + NEW_KEY, "comet.publish.max-messages=20",
					"comet.max-channels-per-request=3", "comet.max-message-size=1KB",
					"comet.publish.max-request-size=10KB", "comet.publish.allowed-origins=https://friend.example"));
		}
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(CometServer::close);
	}

	private static CometServer server(boolean fastPath) {
		return Objects.requireNonNull(SERVERS.get(fastPath));
	}

	private static Channel newChannel(boolean fastPath) {
		return server(fastPath).create("c" + ++channels);
	}

	private static List<String> messages(Channel channel) {
		return Objects.requireNonNull(channel.cursor()
			.flatMap((end) -> channel.publish("the end"))
			.thenMany(channel.messages(Cursor.EARLIEST).map(Message::data).takeUntil("the end"::equals))
			.filter((data) -> !data.equals("the end"))
			.collectList()
			.block(PATIENCE));
	}

	private static Answer post(boolean fastPath, String path, String type, String body, String... headers) {
		try (RawConnection client = RawConnection.open(server(fastPath).port())) {
			return client.request("POST", path, type, body, headers).read();
		}
	}

	private static Answer publish(boolean fastPath, Channel channel, String body, String... headers) {
		String[] all = Stream.concat(Stream.of(KEY), Stream.of(headers)).toArray(String[]::new);
		return post(fastPath, PATH + "?channel=" + channel.id(), "text/plain", body, all);
	}

	private static Answer publishJson(boolean fastPath, String json) {
		return post(fastPath, PATH, JSON, json, KEY);
	}

	// What is published

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void publicationShouldTakeItsPath(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		CometServer server = server(fastPath);
		long before = Route.webFluxRequests(server, "POST");
		try (RawConnection client = RawConnection.open(server.port())) {
			for (int i = 1; i <= 3; i++) {
				Answer answer = client.request("POST", PATH + "?channel=" + channel.id(), "text/plain", "m" + i, KEY)
					.read();
				assertThat(answer.body()).contains("\"offset\":" + i);
			}
			// Counted after all earlier requests of this connection
			assertThat(client.request("POST", "/comet", "text/plain", "").read().status()).isEqualTo(415);
		}
		int seen = fastPath ? 1 : 4;
		Await.until(() -> Route.webFluxRequests(server, "POST") - before >= seen);
		assertThat(Route.webFluxRequests(server, "POST") - before).isEqualTo(seen);
		assertThat(messages(channel)).containsExactly("m1", "m2", "m3");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messageInBodyShouldBePublished(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		Answer answer = publish(fastPath, channel, "Hello &\n %C3");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Content-Type")).isEqualTo(JSON);
		assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
		Cursor end = channel.cursor().block(PATIENCE);
		assertThat(answer.body())
			.matches("\\{\"results\":\\[\\{\"channel\":\"%s\",\"epoch\":\\d+,\"offset\":1,\"cursor\":\"%s\"}]}"
				.formatted(channel.id(), Objects.requireNonNull(end).token()));
		assertThat(messages(channel)).containsExactly("Hello &\n %C3");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messageForSeveralChannelsShouldBePublishedOnEach(boolean fastPath) {
		Channel one = newChannel(fastPath);
		Channel other = newChannel(fastPath);
		String query = "?x=y&channel=%s&channel=%%63%s".formatted(one.id(), other.id().substring(1));
		Answer answer = post(fastPath, PATH + query, null, "m", KEY);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.body()).matches(".*%s.*%s.*".formatted(one.id(), other.id()));
		assertThat(messages(one)).containsExactly("m");
		assertThat(messages(other)).containsExactly("m");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messagesInJsonShouldBePublishedInOrder(boolean fastPath) {
		Channel one = newChannel(fastPath);
		Channel other = newChannel(fastPath);
		String json = """
				{"messages":[{"channel":"A","data":"1 \\u00e9\\ud83d\\ude00"},{"channels":["A","B"],"data":"2","more":[{}]},
				{"data": {"b": [1.0, 2e400, null]} ,"channel":"A"},{"channel":"B","data":-12345678901234567890.50}]}"""
			.replace("\"A\"", '"' + one.id() + '"')
			.replace("\"B\"", '"' + other.id() + '"');
		Answer answer = publishJson(fastPath, json);
		assertThat(answer.status()).as(answer.body()).isEqualTo(200);
		assertThat(answer.body().split("\"offset\":")).hasSize(6);
		assertThat(messages(one)).containsExactly("1 é😀", "2", "{\"b\": [1.0, 2e400, null]}");
		assertThat(messages(other)).containsExactly("2", "-12345678901234567890.50");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messagesInLinesShouldBePublishedInOrder(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		String line = "{\"channel\":\"%s\",\"data\":\"%%s\"}\n".formatted(channel.id());
		Answer answer = post(fastPath, PATH, "application/x-ndjson; charset=utf-8",
				line.formatted("1") + "\r\n" + line.formatted("2"), KEY);
		assertThat(answer.status()).as(answer.body()).isEqualTo(200);
		assertThat(messages(channel)).containsExactly("1", "2");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void valueOnJsonChannelShouldBeItself(boolean fastPath) {
		String name = "json" + ++channels;
		Channel channel = Objects.requireNonNull(server(fastPath).channels()
			.create(name, ChannelSettings.DEFAULT.withFormat(MessageFormat.JSON))
			.block(PATIENCE));
		assertThat(publishJson(fastPath, "{\"channel\":\"%s\",\"data\": {\"a\" : \"b\"} }".formatted(name)).status())
			.isEqualTo(200);
		assertThat(publishJson(fastPath, "{\"channel\":\"%s\",\"data\":\"\\u0041\"}".formatted(name)).status())
			.isEqualTo(200);
		assertThat(publish(fastPath, channel, "[1, 2]").status()).isEqualTo(200);
		Answer refused = publish(fastPath, channel, "[1, 2");
		assertThat(refused.status()).isEqualTo(400);
		assertThat(refused.body()).contains("invalid-json");
		assertThat(channel.messages(Cursor.EARLIEST).take(3).map(Message::data).collectList().block(PATIENCE))
			.containsExactly("{\"a\":\"b\"}", "\"\\u0041\"", "[1,2]");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void bodyInChunksShouldBePublished(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		try (RawConnection client = RawConnection.open(server(fastPath).port())) {
			client.send("POST %s?channel=%s HTTP/1.1\r\nHost: localhost\r\n%s\r\nTransfer-Encoding: chunked\r\n\r\n"
				.formatted(PATH, channel.id(), KEY));
			client.send("2\r\nab\r\n");
			client.send("1\r\nc\r\n0\r\n\r\n");
			assertThat(client.read().status()).isEqualTo(200);
		}
		assertThat(messages(channel)).containsExactly("abc");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void bodyInPiecesShouldBePublished(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		try (RawConnection client = RawConnection.open(server(fastPath).port())) {
			client.send("POST %s?channel=%s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Length: 3\r\n\r\n"
				.formatted(PATH, channel.id(), KEY));
			client.send("a").send("b").send("c");
			assertThat(client.read().status()).isEqualTo(200);
		}
		assertThat(messages(channel)).containsExactly("abc");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestsThatArePipelinedShouldBeAnsweredInOrder(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		String request = "POST %s?channel=%s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Length: 1\r\n\r\n"
			.formatted(PATH, channel.id(), KEY);
		try (RawConnection client = RawConnection.open(server(fastPath).port())) {
			// The second one takes the default path on both.
			client.send(request + "1" + request.replace("Host:", "Origin: http://localhost\r\nHost:") + "2" + request
					+ "3" + "POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
			for (int i = 1; i <= 3; i++) {
				assertThat(client.read().body()).contains("\"offset\":" + i);
			}
			assertThat(client.read().status()).isEqualTo(415);
		}
		assertThat(messages(channel)).containsExactly("1", "2", "3");
	}

	// Keys of publishers

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void publicationWithAnyKeyOfTheListShouldBeAccepted(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		String path = PATH + "?channel=" + channel.id();
		for (String header : List.of("Authorization: Bearer " + OLD_KEY, "authorization: bearer  " + NEW_KEY,
				"X-API-Key: " + OLD_KEY, "x-api-key:" + NEW_KEY)) {
			assertThat(post(fastPath, path, null, "m", header).status()).as(header).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void publicationWithoutKeyShouldBeRefusedBeforeTheBodyIsRead(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		for (String header : List.of("X: y", "Authorization: Bearer", "Authorization: Bearer ",
				"Authorization: Bearer " + NEW_KEY.substring(1), "Authorization: Bearer " + NEW_KEY + "x",
				"Authorization: Basic " + NEW_KEY, "Authorization: " + NEW_KEY, "X-API-Key: ",
				"X-API-Key: " + NEW_KEY.toUpperCase(Locale.ROOT), "X-API-Key: " + OLD_KEY + "," + NEW_KEY,
				"X-API-Key: " + NEW_KEY + "\r\nX-API-Key: " + NEW_KEY,
				"Authorization: Bearer " + NEW_KEY + "\r\nAuthorization: Bearer " + NEW_KEY,
				"Cookie: key=" + NEW_KEY)) {
			try (RawConnection client = RawConnection.open(server(fastPath).port())) {
				client.send("POST %s?channel=%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n%s\r\n\r\n"
					.formatted(PATH, channel.id(), header));
				Answer answer = client.read();
				assertThat(answer.status()).as(header).isEqualTo(401);
				assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
				assertThat(answer.body()).doesNotContain(NEW_KEY, OLD_KEY);
			}
		}
		assertThat(messages(channel)).isEmpty();
	}

	// Refusals

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void answerShouldHaveCommonStatusOr207(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		String unknown = "{\"channel\":\"unknown\",\"data\":\"m\"}";
		String known = "{\"channel\":\"%s\",\"data\":\"%%s\"}".formatted(channel.id());
		Answer none = publishJson(fastPath, "{\"messages\":[%s,%s]}".formatted(unknown, unknown));
		assertThat(none.status()).isEqualTo(404);
		assertThat(none.header("Content-Type")).isEqualTo(JSON);
		assertThat(none.body()).contains("\"channel\":\"unknown\",\"status\":404,\"error\":\"unknown-channel\"");
		Answer some = publishJson(fastPath, "{\"messages\":[%s,%s,%s,%s]}".formatted(known.formatted("1"), unknown,
				known.formatted("x".repeat(1025)), known.formatted("2")));
		assertThat(some.status()).isEqualTo(207);
		assertThat(some.body()).matches(".*\"offset\":1,.*unknown-channel.*too-large.*\"offset\":2,.*");
		assertThat(messages(channel)).containsExactly("1", "2");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void connectionShouldBeKeptAfterRefusal(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		try (RawConnection client = RawConnection.open(server(fastPath).port())) {
			for (int i = 1; i <= 3; i++) {
				assertThat(client.request("POST", PATH + "?channel=unknown", null, "m", KEY).read().status())
					.isEqualTo(404);
				assertThat(client.request("POST", PATH, JSON, "{", KEY).read().status()).isEqualTo(400);
				assertThat(client.request("POST", PATH, "text/csv", "{", KEY).read().status()).isEqualTo(415);
				assertThat(client.request("POST", PATH + "?channel=" + channel.id(), null, "m").read().status())
					.isEqualTo(401);
				assertThat(client.request("POST", PATH + "?channel=" + channel.id(), null, "m", KEY).read().body())
					.contains("\"offset\":" + i);
			}
		}
	}

	static Stream<Arguments> malformed() {
		String deep = "[".repeat(4000);
		return Stream.of(true, false)
			.flatMap((fastPath) -> Stream
				.of("", " ", "{", "[]", "null", "\"C\"", "{}", "{\"messages\":[]}", "{\"messages\":{}}",
						"{\"messages\":[1]}", "{\"messages\":[null]}", "{\"messages\":[[]]}", "{\"channel\":\"C\"}",
						"{\"data\":\"m\"}", "{\"channel\":1,\"data\":\"m\"}", "{\"channels\":\"C\",\"data\":\"m\"}",
						"{\"channels\":[],\"data\":\"m\"}", "{\"channels\":[\"C\",1],\"data\":\"m\"}",
						"{\"channel\":\"C\",\"channel\":\"C\",\"data\":\"m\"}",
						"{\"channel\":\"C\",\"channels\":[\"C\"],\"data\":\"m\"}",
						"{\"channel\":\"C\",\"data\":\"m\",\"data\":\"n\"}",
						"{\"channel\":\"C\",\"data\":\"m\",\"messages\":[{\"channel\":\"C\",\"data\":\"m\"}]}",
						"{\"messages\":[{\"channel\":\"C\",\"data\":\"m\"}],\"messages\":[]}",
						"{\"messages\":[{\"messages\":[{\"channel\":\"C\",\"data\":\"m\"}]}]}",
						"{\"messages\":[{\"channel\":\"C\",\"data\":\"m\"}]",
						"{\"messages\":[{\"channel\":\"C\",\"data\":\"m\"}]}x",
						"{\"channel\":\"C\",\"data\":\"m\"}{\"channel\":\"C\",\"data\":\"m\"}",
						"{\"messages\":[{\"channel\":\"C\",\"data\":\"m\"},{\"channel\":\"C\",\"data\":01}]}",
						"{\"channel\":\"C\",\"data\":" + deep, "{\"messages\":" + deep,
						"{\"channel\":\"C\",\"data\":\"\u00ff\"}", "{\"channel\":\"C\",\"data\":\"\u00c3\u0028\"}",
						"{\"channel\":\"C\",\"data\":\"\u00ed\u00a0\u0080\"}", "\u00ef\u00bb\u00bf{}",
						"{\"channel\":\"C\",\"data\":\"a\nb\"}")
				.map((json) -> Arguments.of(fastPath, json)));
	}

	@ParameterizedTest
	@MethodSource("malformed")
	void requestWhenMalformedShouldPublishNothing(boolean fastPath, String json) {
		Channel channel = newChannel(fastPath);
		Answer answer = publishJson(fastPath, json.replace("\"C\"", '"' + channel.id() + '"'));
		assertThat(answer.status()).as(answer.body()).isEqualTo(400);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(messages(channel)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messageThatIsNoUtf8ShouldBeRefused(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		for (String body : List.of("\u00ff", "\u00c3", "\u00ed\u00a0\u0080", "ok\u0000\u00fe")) {
			assertThat(publish(fastPath, channel, body).status()).isEqualTo(400);
		}
		assertThat(publish(fastPath, channel, "\u00ef\u00bf\u00bd\u0000").status()).isEqualTo(200);
		assertThat(messages(channel)).containsExactly("\ufffd\u0000");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void channelThatCannotBeShouldBeRefused(boolean fastPath) {
		for (String query : List.of("?channel=", "?channel=a+b", "?channel=a%0Ab", "?channel=a%00",
				"?channel=" + "x".repeat(129))) {
			Answer answer = post(fastPath, PATH + query, null, "m", KEY);
			assertThat(answer.status()).as(query).isEqualTo(400);
			assertThat(answer.body()).contains("invalid-channel");
		}
		for (String query : List.of("?channel=%", "?channel=%f", "?channel=%zz", "?channel=%ff", "?channel=%+1")) {
			assertThat(post(fastPath, PATH + query, null, "m", KEY).status()).as(query).isEqualTo(400);
		}
		Answer surrogate = publishJson(fastPath, "{\"channel\":\"\\ud800\\\"\",\"data\":\"m\"}");
		assertThat(surrogate.status()).isEqualTo(400);
		assertThat(surrogate.body()).contains("\"channel\":\"?\\\"\"", "invalid-channel");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestOverLimitShouldBeRefused(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		String message = "{\"channel\":\"%s\",\"data\":\"m\"}".formatted(channel.id());
		assertThat(publishJson(fastPath,
				"{\"messages\":[%s]}".formatted(String.join(",", Stream.generate(() -> message).limit(21).toList())))
			.body()).contains("Too many messages: at most 20");
		assertThat(post(fastPath, PATH, "application/x-ndjson", message.repeat(21), KEY).body())
			.contains("Too many messages");
		assertThat(publishJson(fastPath,
				"{\"channels\":[%s],\"data\":\"m\"}"
					.formatted(String.join(",", Stream.generate(() -> '"' + channel.id() + '"').limit(21).toList())))
			.status()).isEqualTo(400);
		assertThat(post(fastPath, PATH + "?channel=a&channel=b&channel=c&channel=d", null, "m", KEY).body())
			.contains("Too many channels: at most 3");
		assertThat(post(fastPath, PATH + "?" + "channel=a&".repeat(21), null, "m", KEY).status()).isEqualTo(400);
		assertThat(publish(fastPath, channel, "x".repeat(1025)).status()).isEqualTo(413);
		assertThat(publish(fastPath, channel, "x".repeat(10_241)).status()).isEqualTo(413);
		assertThat(messages(channel)).isEmpty();
		assertThat(publishJson(fastPath,
				"{\"messages\":[%s]}".formatted(String.join(",", Stream.generate(() -> message).limit(20).toList())))
			.status()).isEqualTo(200);
		assertThat(publish(fastPath, channel, "x".repeat(1024)).status()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestOfAnotherMethodShouldBeRefused(boolean fastPath) {
		for (String method : List.of("GET", "PUT", "DELETE", "OPTIONS", "PATCH")) {
			try (RawConnection client = RawConnection.open(server(fastPath).port())) {
				Answer answer = client.request(method, PATH + "?channel=a", null, "", KEY).read();
				assertThat(answer.status()).as(method).isEqualTo(405);
				assertThat(answer.header("Allow")).isEqualTo("POST");
			}
		}
		try (RawConnection client = RawConnection.open(server(fastPath).port())) {
			assertThat(client.request("HEAD", PATH, null, "", KEY).readWithoutBody().status()).isEqualTo(405);
		}
		for (String path : List.of("/comet/publish/", "/comet/publish/a", "/comet/publisher", "/comet/Publish")) {
			assertThat(post(fastPath, path + "?channel=a", null, "m", KEY).status()).as(path).isEqualTo(404);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestOfForeignPageShouldBeRefused(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		for (String header : List.of("Origin: https://foe.example", "Origin: null", "Sec-Fetch-Site: cross-site",
				"Sec-Fetch-Site: same-site", "Origin: https://friend.example\r\nOrigin: https://foe.example")) {
			assertThat(publish(fastPath, channel, "m", header).status()).as(header).isEqualTo(403);
		}
		assertThat(messages(channel)).isEmpty();
		assertThat(publish(fastPath, channel, "m", "Sec-Fetch-Site: same-origin").status()).isEqualTo(200);
		Answer friend = publish(fastPath, channel, "m", "Origin: https://friend.example", "Sec-Fetch-Site: cross-site");
		assertThat(friend.status()).isEqualTo(200);
		assertThat(friend.header("Access-Control-Allow-Origin")).isEqualTo("https://friend.example");
		try (RawConnection client = RawConnection.open(server(fastPath).port())) {
			Answer preflight = client
				.request("OPTIONS", PATH, null, "", "Origin: https://friend.example",
						"Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization")
				.read();
			assertThat(preflight.status()).isEqualTo(200);
			assertThat(client
				.request("OPTIONS", PATH, null, "", "Origin: https://foe.example",
						"Access-Control-Request-Method: POST")
				.read()
				.status()).isEqualTo(403);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestWhenDeactivatedShouldAnswer503(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		server(fastPath).control().deactivate().block(PATIENCE);
		try {
			Answer answer = publish(fastPath, channel, "m");
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.header("Retry-After")).matches("[1-5]");
		}
		finally {
			server(fastPath).control().activate().block(PATIENCE);
		}
		assertThat(messages(channel)).isEmpty();
	}

	// Not twice

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestWithSameKeyShouldPublishOnce(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		Answer first = publish(fastPath, channel, "m", "Idempotency-Key: k");
		Answer second = publish(fastPath, channel, "m", "Idempotency-Key: k");
		assertThat(first.status()).isEqualTo(200);
		assertThat(first.body()).doesNotContain("repeated");
		assertThat(second.status()).isEqualTo(200);
		assertThat(second.body()).isEqualTo(first.body().replace("\"}]}", "\",\"repeated\":true}]}"));
		assertThat(publish(fastPath, channel, "m", "Idempotency-Key: K").body()).doesNotContain("repeated");
		assertThat(publish(fastPath, newChannel(fastPath), "m", "Idempotency-Key: k").body())
			.doesNotContain("repeated");
		assertThat(messages(channel)).containsExactly("m", "m");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void keyWithOtherMessageShouldBeRefused(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		publish(fastPath, channel, "m", "Idempotency-Key: k");
		Answer other = publish(fastPath, channel, "n", "Idempotency-Key: k");
		assertThat(other.status()).isEqualTo(422);
		assertThat(other.body()).contains("key-reused");
		assertThat(messages(channel)).containsExactly("m");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void keyThatCannotBeShouldBeRefused(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		for (String header : List.of("Idempotency-Key:", "Idempotency-Key: " + "k".repeat(256),
				"Idempotency-Key: k\u00e4", "Idempotency-Key: a\r\nIdempotency-Key: b")) {
			assertThat(publish(fastPath, channel, "m", header).status()).as(header).isEqualTo(400);
		}
		assertThat(publish(fastPath, channel, "m", "Idempotency-Key: \"" + "k".repeat(253) + '"').status())
			.isEqualTo(200);
		assertThat(messages(channel)).containsExactly("m");
	}

	// The meter

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void meterShouldCountMessages(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		PublishCounts counts = server(fastPath).bean(PublishCounts.class);
		Map<PublishOutcome, Long> before = new HashMap<>();
		for (PublishOutcome outcome : PublishOutcome.values()) {
			before.put(outcome, counts.of(outcome));
		}
		publish(fastPath, channel, "m", "Idempotency-Key: k");
		publish(fastPath, channel, "m", "Idempotency-Key: k");
		post(fastPath, PATH + "?channel=unknown&channel=" + channel.id(), null, "n", KEY);
		post(fastPath, PATH, JSON, "{", KEY);
		Map<PublishOutcome, Long> more = Map.of(PublishOutcome.ACCEPTED, 2L, PublishOutcome.REPEATED, 1L,
				PublishOutcome.REFUSED, 1L, PublishOutcome.REJECTED, 1L);
		MeterRegistry meters = server(fastPath).bean(MeterRegistry.class);
		for (PublishOutcome outcome : PublishOutcome.values()) {
			long expected = before.getOrDefault(outcome, 0L) + more.getOrDefault(outcome, 0L);
			assertThat(meters.get("comet.http.publications")
				.tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
				.functionCounter()
				.count()).as(outcome.name()).isEqualTo(expected);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void publisherThatLeavesShouldLeaveNothingBehind(boolean fastPath) {
		Channel channel = newChannel(fastPath);
		byte[] request = "POST %s?channel=%s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Length: 1\r\n\r\nm"
			.formatted(PATH, channel.id(), KEY)
			.getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i < 20; i++) {
			try (RawConnection client = RawConnection.open(server(fastPath).port())) {
				client.send(request);
				client.reset();
			}
		}
		assertThat(publish(fastPath, channel, "last").status()).isEqualTo(200);
	}

}
