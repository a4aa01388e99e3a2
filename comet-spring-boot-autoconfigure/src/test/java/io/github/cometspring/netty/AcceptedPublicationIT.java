package io.github.cometspring.netty;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.subscription.PublishCounts;
import io.github.cometspring.subscription.PublishOutcome;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.SetsFastPath;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.cometspring.netty.PublishEndpoint.JSON;
import static io.github.cometspring.netty.PublishEndpoint.KEY;
import static io.github.cometspring.netty.PublishEndpoint.NEW_KEY;
import static io.github.cometspring.netty.PublishEndpoint.OLD_KEY;
import static io.github.cometspring.netty.PublishEndpoint.PATH;
import static io.github.cometspring.netty.PublishEndpoint.messages;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What publishers with a key send over HTTP is published as it was sent, in its order and
 * once, whatever the form of the request, on the fast path and on the default path.
 */
@SetsFastPath
class AcceptedPublicationIT {

	@RegisterExtension
	static final PublishEndpoint endpoint = new PublishEndpoint();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void publicationShouldTakeItsPath(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		CometServer server = endpoint.server(fastPath);
		long before = Route.webFluxRequests(server, "POST");
		try (RawConnection client = endpoint.connect(fastPath)) {
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
		Channel channel = endpoint.newChannel(fastPath);
		Answer answer = endpoint.publish(fastPath, channel, "Hello &\n %C3");
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
		Channel one = endpoint.newChannel(fastPath);
		Channel other = endpoint.newChannel(fastPath);
		String query = "?x=y&channel=%s&channel=%%63%s".formatted(one.id(), other.id().substring(1));
		Answer answer = endpoint.post(fastPath, PATH + query, null, "m", KEY);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.body()).matches(".*%s.*%s.*".formatted(one.id(), other.id()));
		assertThat(messages(one)).containsExactly("m");
		assertThat(messages(other)).containsExactly("m");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messagesInJsonShouldBePublishedInOrder(boolean fastPath) {
		Channel one = endpoint.newChannel(fastPath);
		Channel other = endpoint.newChannel(fastPath);
		String json = """
				{"messages":[{"channel":"A","data":"1 \\u00e9\\ud83d\\ude00"},{"channels":["A","B"],"data":"2","more":[{}]},
				{"data": {"b": [1.0, 2e400, null]} ,"channel":"A"},{"channel":"B","data":-12345678901234567890.50}]}"""
			.replace("\"A\"", '"' + one.id() + '"')
			.replace("\"B\"", '"' + other.id() + '"');
		Answer answer = endpoint.publishJson(fastPath, json);
		assertThat(answer.status()).as(answer.body()).isEqualTo(200);
		assertThat(answer.body().split("\"offset\":")).hasSize(6);
		assertThat(messages(one)).containsExactly("1 é😀", "2", "{\"b\": [1.0, 2e400, null]}");
		assertThat(messages(other)).containsExactly("2", "-12345678901234567890.50");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messagesInLinesShouldBePublishedInOrder(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		String line = "{\"channel\":\"%s\",\"data\":\"%%s\"}\n".formatted(channel.id());
		Answer answer = endpoint.post(fastPath, PATH, "application/x-ndjson; charset=utf-8",
				line.formatted("1") + "\r\n" + line.formatted("2"), KEY);
		assertThat(answer.status()).as(answer.body()).isEqualTo(200);
		assertThat(messages(channel)).containsExactly("1", "2");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void valueOnJsonChannelShouldBeItself(boolean fastPath) {
		String name = endpoint.newName();
		Channel channel = Objects.requireNonNull(endpoint.server(fastPath)
			.channels()
			.create(name, ChannelSettings.DEFAULT.withFormat(MessageFormat.JSON))
			.block(PATIENCE));
		assertThat(endpoint.publishJson(fastPath, "{\"channel\":\"%s\",\"data\": {\"a\" : \"b\"} }".formatted(name))
			.status()).isEqualTo(200);
		assertThat(endpoint.publishJson(fastPath, "{\"channel\":\"%s\",\"data\":\"\\u0041\"}".formatted(name)).status())
			.isEqualTo(200);
		assertThat(endpoint.publish(fastPath, channel, "[1, 2]").status()).isEqualTo(200);
		Answer refused = endpoint.publish(fastPath, channel, "[1, 2");
		assertThat(refused.status()).isEqualTo(400);
		assertThat(refused.body()).contains("invalid-json");
		assertThat(channel.messages(Cursor.EARLIEST).take(3).map(Message::data).collectList().block(PATIENCE))
			.containsExactly("{\"a\":\"b\"}", "\"\\u0041\"", "[1,2]");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void bodyInChunksShouldBePublished(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		try (RawConnection client = endpoint.connect(fastPath)) {
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
		Channel channel = endpoint.newChannel(fastPath);
		try (RawConnection client = endpoint.connect(fastPath)) {
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
		Channel channel = endpoint.newChannel(fastPath);
		String request = "POST %s?channel=%s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Length: 1\r\n\r\n"
			.formatted(PATH, channel.id(), KEY);
		try (RawConnection client = endpoint.connect(fastPath)) {
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

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void publicationWithAnyKeyOfTheListShouldBeAccepted(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		String path = PATH + "?channel=" + channel.id();
		for (String header : List.of("Authorization: Bearer " + OLD_KEY, "authorization: bearer  " + NEW_KEY,
				"X-API-Key: " + OLD_KEY, "x-api-key:" + NEW_KEY)) {
			assertThat(endpoint.post(fastPath, path, null, "m", header).status()).as(header).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestWithSameKeyShouldPublishOnce(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		Answer first = endpoint.publish(fastPath, channel, "m", "Idempotency-Key: k");
		Answer second = endpoint.publish(fastPath, channel, "m", "Idempotency-Key: k");
		assertThat(first.status()).isEqualTo(200);
		assertThat(first.body()).doesNotContain("repeated");
		assertThat(second.status()).isEqualTo(200);
		assertThat(second.body()).isEqualTo(first.body().replace("\"}]}", "\",\"repeated\":true}]}"));
		assertThat(endpoint.publish(fastPath, channel, "m", "Idempotency-Key: K").body()).doesNotContain("repeated");
		assertThat(endpoint.publish(fastPath, endpoint.newChannel(fastPath), "m", "Idempotency-Key: k").body())
			.doesNotContain("repeated");
		assertThat(messages(channel)).containsExactly("m", "m");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void meterShouldCountMessages(boolean fastPath) {
		Channel channel = endpoint.newChannel(fastPath);
		PublishCounts counts = endpoint.server(fastPath).bean(PublishCounts.class);
		Map<PublishOutcome, Long> before = new HashMap<>();
		for (PublishOutcome outcome : PublishOutcome.values()) {
			before.put(outcome, counts.of(outcome));
		}
		endpoint.publish(fastPath, channel, "m", "Idempotency-Key: k");
		endpoint.publish(fastPath, channel, "m", "Idempotency-Key: k");
		endpoint.post(fastPath, PATH + "?channel=unknown&channel=" + channel.id(), null, "n", KEY);
		endpoint.post(fastPath, PATH, JSON, "{", KEY);
		Map<PublishOutcome, Long> more = Map.of(PublishOutcome.ACCEPTED, 2L, PublishOutcome.REPEATED, 1L,
				PublishOutcome.REFUSED, 1L, PublishOutcome.REJECTED, 1L);
		MeterRegistry meters = endpoint.server(fastPath).bean(MeterRegistry.class);
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
		Channel channel = endpoint.newChannel(fastPath);
		byte[] request = "POST %s?channel=%s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Length: 1\r\n\r\nm"
			.formatted(PATH, channel.id(), KEY)
			.getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i < 20; i++) {
			try (RawConnection client = endpoint.connect(fastPath)) {
				client.send(request);
				client.reset();
			}
		}
		assertThat(endpoint.publish(fastPath, channel, "last").status()).isEqualTo(200);
	}

}
