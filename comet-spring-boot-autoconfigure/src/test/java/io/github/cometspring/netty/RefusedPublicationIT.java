package io.github.cometspring.netty;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.cometspring.netty.PublishEndpoint.JSON;
import static io.github.cometspring.netty.PublishEndpoint.KEY;
import static io.github.cometspring.netty.PublishEndpoint.NEW_KEY;
import static io.github.cometspring.netty.PublishEndpoint.OLD_KEY;
import static io.github.cometspring.netty.PublishEndpoint.PATH;
import static io.github.cometspring.netty.PublishEndpoint.messages;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What publishers send over HTTP without permission, malformed or over a limit is refused
 * with the reason and not published, on the fast path and on the default path.
 */
@SetsFastPath
class RefusedPublicationIT {

	@RegisterExtension
	static final PublishEndpoint endpoint = new PublishEndpoint();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void publicationWithoutKeyShouldBeRefusedBeforeTheBodyIsRead(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		for (String header : List.of("X: y", "Authorization: Bearer", "Authorization: Bearer ",
				"Authorization: Bearer " + NEW_KEY.substring(1), "Authorization: Bearer " + NEW_KEY + "x",
				"Authorization: Basic " + NEW_KEY, "Authorization: " + NEW_KEY, "X-API-Key: ",
				"X-API-Key: " + NEW_KEY.toUpperCase(Locale.ROOT), "X-API-Key: " + OLD_KEY + "," + NEW_KEY,
				"X-API-Key: " + NEW_KEY + "\r\nX-API-Key: " + NEW_KEY,
				"Authorization: Bearer " + NEW_KEY + "\r\nAuthorization: Bearer " + NEW_KEY,
				"Cookie: key=" + NEW_KEY)) {
			try (RawConnection client = endpoint.connect(fastPath)) {
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

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestOfForeignPageShouldBeRefused(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		for (String header : List.of("Origin: https://foe.example", "Origin: null", "Sec-Fetch-Site: cross-site",
				"Sec-Fetch-Site: same-site", "Origin: https://friend.example\r\nOrigin: https://foe.example")) {
			assertThat(endpoint.publish(fastPath, channel, "m", header).status()).as(header).isEqualTo(403);
		}
		assertThat(messages(channel)).isEmpty();
		assertThat(endpoint.publish(fastPath, channel, "m", "Sec-Fetch-Site: same-origin").status()).isEqualTo(200);
		Answer friend = endpoint.publish(fastPath, channel, "m", "Origin: https://friend.example",
				"Sec-Fetch-Site: cross-site");
		assertThat(friend.status()).isEqualTo(200);
		assertThat(friend.header("Access-Control-Allow-Origin")).isEqualTo("https://friend.example");
		try (RawConnection client = endpoint.connect(fastPath)) {
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
	void requestOfAnotherMethodShouldBeRefused(boolean fastPath) {
		for (String method : List.of("GET", "PUT", "DELETE", "OPTIONS", "PATCH")) {
			try (RawConnection client = endpoint.connect(fastPath)) {
				Answer answer = client.request(method, PATH + "?channel=a", null, "", KEY).read();
				assertThat(answer.status()).as(method).isEqualTo(405);
				assertThat(answer.header("Allow")).isEqualTo("POST");
			}
		}
		try (RawConnection client = endpoint.connect(fastPath)) {
			assertThat(client.request("HEAD", PATH, null, "", KEY).readWithoutBody().status()).isEqualTo(405);
		}
		for (String path : List.of("/comet/publish/", "/comet/publish/a", "/comet/publisher", "/comet/Publish")) {
			assertThat(endpoint.post(fastPath, path + "?channel=a", null, "m", KEY).status()).as(path).isEqualTo(404);
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
		Channel channel = endpoint.newChannel(fastPath);
		Answer answer = endpoint.publishJson(fastPath, json.replace("\"C\"", '"' + channel.id() + '"'));
		assertThat(answer.status()).as(answer.body()).isEqualTo(400);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(messages(channel)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messageThatIsNoUtf8ShouldBeRefused(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		for (String body : List.of("\u00ff", "\u00c3", "\u00ed\u00a0\u0080", "ok\u0000\u00fe")) {
			assertThat(endpoint.publish(fastPath, channel, body).status()).isEqualTo(400);
		}
		assertThat(endpoint.publish(fastPath, channel, "\u00ef\u00bf\u00bd\u0000").status()).isEqualTo(200);
		assertThat(messages(channel)).containsExactly("\ufffd\u0000");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void channelThatCannotBeShouldBeRefused(boolean fastPath) {
		for (String query : List.of("?channel=", "?channel=a+b", "?channel=a%0Ab", "?channel=a%00",
				"?channel=" + "x".repeat(129))) {
			Answer answer = endpoint.post(fastPath, PATH + query, null, "m", KEY);
			assertThat(answer.status()).as(query).isEqualTo(400);
			assertThat(answer.body()).contains("invalid-channel");
		}
		for (String query : List.of("?channel=%", "?channel=%f", "?channel=%zz", "?channel=%ff", "?channel=%+1",
				"?channel=a&x=%", "?x=%zz&channel=a")) {
			assertThat(endpoint.post(fastPath, PATH + query, null, "m", KEY).status()).as(query).isEqualTo(400);
		}
		Answer surrogate = endpoint.publishJson(fastPath, "{\"channel\":\"\\ud800\\\"\",\"data\":\"m\"}");
		assertThat(surrogate.status()).isEqualTo(400);
		assertThat(surrogate.body()).contains("\"channel\":\"?\\\"\"", "invalid-channel");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void keyThatCannotBeShouldBeRefused(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		for (String header : List.of("Idempotency-Key:", "Idempotency-Key: " + "k".repeat(256),
				"Idempotency-Key: k\u00e4", "Idempotency-Key: a\r\nIdempotency-Key: b")) {
			assertThat(endpoint.publish(fastPath, channel, "m", header).status()).as(header).isEqualTo(400);
		}
		assertThat(endpoint.publish(fastPath, channel, "m", "Idempotency-Key: \"" + "k".repeat(253) + '"').status())
			.isEqualTo(200);
		assertThat(messages(channel)).containsExactly("m");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void keyWithOtherMessageShouldBeRefused(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		endpoint.publish(fastPath, channel, "m", "Idempotency-Key: k");
		Answer other = endpoint.publish(fastPath, channel, "n", "Idempotency-Key: k");
		assertThat(other.status()).isEqualTo(422);
		assertThat(other.body()).contains("key-reused");
		assertThat(messages(channel)).containsExactly("m");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestOverLimitShouldBeRefused(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		String message = "{\"channel\":\"%s\",\"data\":\"m\"}".formatted(channel.id());
		assertThat(endpoint
			.publishJson(fastPath,
					"{\"messages\":[%s]}"
						.formatted(String.join(",", Stream.generate(() -> message).limit(21).toList())))
			.body()).contains("Too many messages: at most 20");
		assertThat(endpoint.post(fastPath, PATH, "application/x-ndjson", message.repeat(21), KEY).body())
			.contains("Too many messages");
		assertThat(endpoint
			.publishJson(fastPath,
					"{\"channels\":[%s],\"data\":\"m\"}".formatted(
							String.join(",", Stream.generate(() -> '"' + channel.id() + '"').limit(21).toList())))
			.status()).isEqualTo(400);
		assertThat(endpoint.post(fastPath, PATH + "?channel=a&channel=b&channel=c&channel=d", null, "m", KEY).body())
			.contains("Too many channels: at most 3");
		assertThat(endpoint.post(fastPath, PATH + "?" + "channel=a&".repeat(21), null, "m", KEY).status())
			.isEqualTo(400);
		assertThat(endpoint.publish(fastPath, channel, "x".repeat(1025)).status()).isEqualTo(413);
		assertThat(endpoint.publish(fastPath, channel, "x".repeat(10_241)).status()).isEqualTo(413);
		assertThat(messages(channel)).isEmpty();
		assertThat(endpoint
			.publishJson(fastPath,
					"{\"messages\":[%s]}"
						.formatted(String.join(",", Stream.generate(() -> message).limit(20).toList())))
			.status()).isEqualTo(200);
		assertThat(endpoint.publish(fastPath, channel, "x".repeat(1024)).status()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestWhenDeactivatedShouldAnswer503(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		endpoint.server(fastPath).control().deactivate().block(PATIENCE);
		try {
			Answer answer = endpoint.publish(fastPath, channel, "m");
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.header("Retry-After")).matches("[1-5]");
		}
		finally {
			endpoint.server(fastPath).control().activate().block(PATIENCE);
		}
		assertThat(messages(channel)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void answerShouldHaveCommonStatusOr207(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		String unknown = "{\"channel\":\"unknown\",\"data\":\"m\"}";
		String known = "{\"channel\":\"%s\",\"data\":\"%%s\"}".formatted(channel.id());
		Answer none = endpoint.publishJson(fastPath, "{\"messages\":[%s,%s]}".formatted(unknown, unknown));
		assertThat(none.status()).isEqualTo(404);
		assertThat(none.header("Content-Type")).isEqualTo(JSON);
		assertThat(none.body()).contains("\"channel\":\"unknown\",\"status\":404,\"error\":\"unknown-channel\"");
		Answer some = endpoint.publishJson(fastPath, "{\"messages\":[%s,%s,%s,%s]}".formatted(known.formatted("1"),
				unknown, known.formatted("x".repeat(1025)), known.formatted("2")));
		assertThat(some.status()).isEqualTo(207);
		assertThat(some.body()).matches(".*\"offset\":1,.*unknown-channel.*too-large.*\"offset\":2,.*");
		assertThat(messages(channel)).containsExactly("1", "2");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void connectionShouldBeKeptAfterRefusal(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		try (RawConnection client = endpoint.connect(fastPath)) {
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

}
