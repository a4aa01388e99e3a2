package io.github.cometspring.web;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Long polling with JSON over real sockets (protocol, section 3).
 */
class JsonPollIT {

	private static final JsonMapper JSON = new JsonMapper();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private RawConnection client;

	private String name;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { Secrets.class }, "comet.timeout=20s", "comet.history.size=3",
				"comet.max-connections=8", "comet.max-channels-per-request=5", "comet.max-request-size=2KB",
				"comet.max-response-size=1KB");
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(log.ownMessages()).isEmpty();
	}

	@BeforeEach
	void open(TestInfo test) {
		this.client = RawConnection.open(server.port());
		this.name = test.getTestMethod().orElseThrow().getName() + "-" + System.nanoTime();
	}

	@AfterEach
	void close() {
		this.client.close();
		Await.until(() -> server.bean(Subscriptions.class).connections(Transport.JSON) == 0);
	}

	@Test
	void pollWhenMessageComesShouldAnswerWithItAndCursor() {
		Channel channel = server.create(this.name);
		poll(request(null, "PT20S", this.name));
		Await.until(() -> channel.subscribers() == 1);
		publish(channel, "hé\"l\nlo \uD83D\uDE00");
		Answer answer = this.client.read();
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Content-Type")).isEqualTo("application/json");
		assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
		assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
		JsonNode json = JSON.readTree(answer.body());
		assertThat(json.propertyNames()).containsExactly("cursor", "messages");
		assertThat(json.get("messages")).hasSize(1);
		assertThat(json.at("/messages/0").propertyNames()).containsExactly("channel", "data");
		assertThat(json.at("/messages/0/channel").stringValue()).isEqualTo(this.name);
		assertThat(json.at("/messages/0/data").stringValue()).isEqualTo("hé\"l\nlo \uD83D\uDE00");
		assertThat(json.get("cursor").stringValue()).isEqualTo(cursor(channel));
	}

	@Test
	void pollWhenTimeoutIsGivenShouldAnswerEmptyAfterIt() {
		Channel channel = server.create(this.name);
		long begin = System.nanoTime();
		poll(request(null, "PT0.2S", this.name));
		JsonNode json = JSON.readTree(this.client.read().body());
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(200),
				Duration.ofSeconds(5));
		assertThat(json.propertyNames()).containsExactly("cursor");
		assertThat(json.get("cursor").stringValue()).isEqualTo(cursor(channel));
	}

	@Test
	void pollWhenTimeoutIsLongerThanServersShouldBeCapped() {
		server.create(this.name);
		server.control().setTimeout(Duration.ofMillis(200)).block(PATIENCE);
		try {
			poll(request(null, "PT20000H", this.name));
			assertThat(this.client.read().status()).isEqualTo(200);
		}
		finally {
			server.control().setTimeout(Duration.ofSeconds(20)).block(PATIENCE);
		}
	}

	@Test
	void pollWhenTimeoutIsZeroShouldAnswerAtOnceWithWhatThereIs() {
		Channel channel = server.create(this.name);
		publish(channel, "1", "2");
		poll(request("earliest", "PT0S", this.name));
		assertThat(news()).containsExactly(this.name + "=1", this.name + "=2");
		poll(request("latest", "PT0S", this.name));
		assertThat(news()).isEmpty();
	}

	@Test
	void pollWhenIdsAreUnknownShouldListThemAsEndedAtOnce() {
		Channel channel = server.create(this.name);
		publish(channel, "1");
		poll(request("earliest", null, "unknown", this.name, "not an id!", ""));
		JsonNode json = JSON.readTree(this.client.read().body());
		assertThat(json.propertyNames()).containsExactly("cursor", "messages", "ended");
		assertThat(json.get("ended")).extracting(JsonNode::stringValue).containsExactly("unknown", "not an id!", "");
		assertThat(json.at("/messages/0/data").stringValue()).isEqualTo("1");
	}

	@Test
	void pollWhenChannelClosesShouldAnswerWithLastMessageAndEnd() {
		Channel channel = server.create(this.name);
		poll(request(null, null, this.name));
		Await.until(() -> channel.subscribers() == 1);
		channel.publish("last").then(channel.close()).block(PATIENCE);
		List<String> news = news();
		if (news.size() == 1) {
			// The message had its turn before the end came.
			assertThat(news).containsExactly(this.name + "=last");
		}
		else {
			assertThat(news).containsExactly(this.name + "=last", this.name + "!ended");
		}
	}

	@Test
	void pollWhenHistoryHasMovedOnShouldTellOfGap() {
		Channel channel = server.create(this.name);
		publish(channel, "1", "2", "3", "4", "5");
		String old = Cursor
			.of(this.name, new Position(Objects.requireNonNull(channel.publish("6").block(PATIENCE)).epoch(), 1))
			.token();
		poll(request(old, null, this.name));
		JsonNode json = JSON.readTree(this.client.read().body());
		assertThat(json.get("gaps")).extracting(JsonNode::stringValue).containsExactly(this.name);
		assertThat(json.get("messages")).extracting((message) -> message.get("data").stringValue())
			.containsExactly("4", "5", "6");
	}

	@Test
	void pollWhenNewsExceedResponseSizeShouldLeaveRestToCursor() {
		Channel channel = server.create(this.name);
		publish(channel, "a".repeat(600), "b".repeat(600), "c".repeat(3000));
		List<String> all = new ArrayList<>();
		String cursor = "earliest";
		for (int i = 0; i < 3; i++) {
			poll(request(cursor, null, this.name));
			JsonNode json = JSON.readTree(this.client.read().body());
			assertThat(json.get("messages")).hasSize(1);
			all.add(json.at("/messages/0/data").stringValue());
			cursor = json.get("cursor").stringValue();
		}
		assertThat(all).containsExactly("a".repeat(600), "b".repeat(600), "c".repeat(3000));
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/json", "Application/JSON", "application/json;charset=UTF-8",
			"application/json; charset=bogus" })
	void pollWhenMediaTypeIsJsonShouldAnswer(String contentType) {
		server.create(this.name);
		this.client.request("POST", "/comet", contentType, request(null, "PT0S", this.name));
		assertThat(this.client.read().status()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "{", "[]", "null", "7", "\"a\"", "{\"channels\":[\"a\"]} x",
			"{\"channels\":[\"a\"]}{}", "{\"channels\":[\"a\",]}", "{\"channels\":\"a\"}", "{\"channels\":{\"a\":1}}",
			"{\"channels\":[7]}", "{\"channels\":[null]}", "{\"channels\":[[\"a\"]]}", "{\"channels\":[]}", "{}",
			"{\"channels\":[\"a\"],\"cursor\":7}", "{\"channels\":[\"a\"],\"cursor\":\"AQ==\"}",
			"{\"channels\":[\"a\"],\"cursor\":\"!\"}", "{\"channels\":[\"a\"],\"cursor\":\"\"}",
			"{\"channels\":[\"a\"],\"cursor\":null}", "{\"channels\":[\"a\"],\"timeout\":5}",
			"{\"channels\":[\"a\"],\"timeout\":\"-PT5S\"}", "{\"channels\":[\"a\"],\"timeout\":\"10s\"}",
			"{\"channels\":[\"a\"],\"timeout\":\"PT99999999999999999999S\"}", "{\"channels\":[\"\\uD8\"]}",
			"{\"channels\":[\"a\u0000\"]}", "{\"channels\":[\"\u00C3\"]}", "{'channels':['a']}", "{channels:[\"a\"]}" })
	void pollWhenBodyIsWrongShouldExplainWithProblem(String body) {
		this.client.request("POST", "/comet", "application/json", body);
		assertProblem(this.client.read(), 400);
	}

	@Test
	void pollWhenMembersAreUnknownShouldIgnoreThem() {
		Channel channel = server.create(this.name);
		publish(channel, "1");
		poll("{\"x\":{\"channels\":[7]},\"channels\":[\"" + this.name
				+ "\"],\"y\":[1,[2,{}]],\"cursor\":\"earliest\",\"ping\":1,\"z\":1e400}");
		assertThat(news()).containsExactly(this.name + "=1");
	}

	@Test
	void pollWhenIdIsRepeatedShouldCountItOnce() {
		Channel channel = server.create(this.name);
		publish(channel, "1");
		poll(request("earliest", null, this.name, this.name, this.name, this.name, this.name, this.name));
		assertThat(news()).containsExactly(this.name + "=1");
	}

	@Test
	void pollWhenTooManyChannelsShouldExplainWithLimit() {
		poll(request(null, null, "a", "b", "c", "d", "e", "f"));
		assertThat(assertProblem(this.client.read(), 400).get("detail").stringValue()).contains("5");
	}

	@Test
	void pollWhenBodyIsTooLargeShouldAnswer413() {
		poll("{\"x\":\"" + "x".repeat(2048) + "\"}");
		assertProblem(this.client.read(), 413);
	}

	@Test
	void pollWhenBodyNestsDeeplyShouldAnswer400() {
		poll("{\"x\":" + "[".repeat(2000));
		assertProblem(this.client.read(), 400);
		poll("{\"x\":" + "[".repeat(1000) + "]".repeat(1000) + ",\"channels\":[\"unknown\"]}");
		assertThat(this.client.read().status()).isIn(200, 400);
	}

	@Test
	void pollWhenNotAuthorizedShouldAnswer403() {
		server.create(this.name);
		poll(request(null, "PT0S", this.name, "secret"));
		assertThat(assertProblem(this.client.read(), 403).toString()).doesNotContain("secret");
	}

	@Test
	void pollWhenKilledShouldAnswer503WithCursorThatResumes() {
		Channel channel = server.create(this.name);
		poll(request(null, null, this.name));
		Await.until(() -> channel.subscribers() == 1);
		server.control().deactivate().block(PATIENCE);
		JsonNode problem;
		try {
			Answer answer = this.client.read();
			problem = assertProblem(answer, 503);
			assertThat(answer.header("Retry-After")).isNotNull();
			poll(request(null, null, this.name));
			Answer refused = this.client.read();
			assertThat(refused.header("Retry-After")).isNotNull();
			assertThat(assertProblem(refused, 503).has("cursor")).isFalse();
		}
		finally {
			server.control().activate().block(PATIENCE);
		}
		publish(channel, "meanwhile");
		poll(request(problem.get("cursor").stringValue(), null, this.name));
		assertThat(news()).containsExactly(this.name + "=meanwhile");
	}

	@Test
	void pollWhenTooManyConnectionsShouldAnswer503UntilOneLeaves() {
		Channel channel = server.create(this.name);
		List<RawConnection> held = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			held.add(RawConnection.open(server.port())
				.request("POST", "/comet", "application/json", request(null, null, this.name)));
		}
		Await.until(() -> channel.subscribers() == 8);
		poll(request(null, "PT0S", this.name));
		Answer answer = this.client.read();
		assertProblem(answer, 503);
		assertThat(answer.header("Retry-After")).isNotNull();
		held.forEach(RawConnection::close);
		Await.until(() -> channel.subscribers() == 0);
		poll(request(null, "PT0S", this.name));
		assertThat(this.client.read().status()).isEqualTo(200);
	}

	@Test
	void deliverWhenPollGetsMessageShouldCountIt() {
		Channel channel = server.create(this.name);
		poll(request(null, null, this.name));
		Await.until(() -> channel.subscribers() == 1);
		TestSubscriber<Outcome> outcome = TestSubscriber.create();
		channel.deliver("1").subscribe(outcome);
		assertThat(news()).containsExactly(this.name + "=1");
		Await.until(() -> !outcome.getReceivedOnNext().isEmpty());
		assertThat(outcome.getReceivedOnNext().get(0).delivered()).isEqualTo(1);
		assertThat(outcome.getReceivedOnNext().get(0).failed()).isZero();
	}

	private void poll(String body) {
		this.client.request("POST", "/comet", "application/json", body);
	}

	private List<String> news() {
		return news(this.client.read().body());
	}

	private static List<String> news(String body) {
		JsonNode json = JSON.readTree(body);
		List<String> news = new ArrayList<>();
		json.path("gaps").forEach((gap) -> news.add(gap.stringValue() + "!gap"));
		json.path("messages")
			.forEach((message) -> news
				.add(message.get("channel").stringValue() + "=" + message.get("data").stringValue()));
		json.path("ended").forEach((ended) -> news.add(ended.stringValue() + "!ended"));
		return news;
	}

	private static String request(@Nullable String cursor, @Nullable String timeout, String... channels) {
		StringBuilder json = new StringBuilder("{\"channels\":[");
		for (int i = 0; i < channels.length; i++) {
			json.append((i > 0) ? "," : "").append('"').append(channels[i]).append('"');
		}
		json.append("]");
		if (cursor != null) {
			json.append(",\"cursor\":\"").append(cursor).append('"');
		}
		if (timeout != null) {
			json.append(",\"timeout\":\"").append(timeout).append('"');
		}
		return json.append("}").toString();
	}

	private static JsonNode assertProblem(Answer answer, int status) {
		assertThat(answer.status()).as(answer.body()).isEqualTo(status);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
		JsonNode problem = JSON.readTree(answer.body());
		assertThat(problem.get("status").intValue()).isEqualTo(status);
		assertThat(problem.get("title").stringValue()).isNotEmpty();
		return problem;
	}

	private static void publish(Channel channel, String... data) {
		for (String text : data) {
			channel.publish(text).block(PATIENCE);
		}
	}

	private static String cursor(Channel channel) {
		return Objects.requireNonNull(channel.cursor().block(PATIENCE)).token();
	}

	@Configuration(proxyBeanMethods = false)
	static class Secrets {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (@Nullable Principal user, String channel) -> Mono.just(!channel.equals("secret"));
		}

	}

}
