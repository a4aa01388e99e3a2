package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static io.github.cometspring.web.JsonPollClient.assertProblem;
import static io.github.cometspring.web.JsonPollClient.events;
import static io.github.cometspring.web.JsonPollClient.request;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Long polling with JSON over real sockets (protocol, section 3): refused requests.
 */
class JsonPollRefusalIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.max-connections=8", "comet.max-channels-per-request=5",
			"comet.max-request-size=2KB")
		.exempting("io.github.cometspring.subscription.RefusalLog");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private RawConnection client;

	@BeforeEach
	void connect() {
		this.client = comet.connect();
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
	void pollWhenKilledShouldAnswer503WithCursorThatResumes() {
		Channel channel = comet.channel();
		poll(request(null, null, comet.name()));
		Await.until(() -> channel.subscribers() == 1);
		comet.server().control().deactivate().block(PATIENCE);
		JsonNode problem;
		try {
			Answer answer = this.client.read();
			problem = assertProblem(answer, 503);
			assertThat(answer.header("Retry-After")).isNotNull();
			poll(request(null, null, comet.name()));
			Answer refused = this.client.read();
			assertThat(refused.header("Retry-After")).isNotNull();
			assertThat(assertProblem(refused, 503).has("cursor")).isFalse();
		}
		finally {
			comet.server().control().activate().block(PATIENCE);
		}
		comet.publish("meanwhile");
		poll(request(problem.get("cursor").stringValue(), null, comet.name()));
		assertThat(events(this.client.read().body())).containsExactly(comet.name() + "=meanwhile");
	}

	@OneNodeOnly("comet.max-connections limits each node by itself")
	@Test
	void pollWhenTooManyConnectionsShouldAnswer503UntilOneLeaves() {
		Channel channel = comet.channel();
		List<RawConnection> held = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			held.add(RawConnection.open(comet.port())
				.request("POST", "/comet", "application/json", request(null, null, comet.name())));
		}
		Await.until(() -> channel.subscribers() == 8);
		poll(request(null, "PT0S", comet.name()));
		Answer answer = this.client.read();
		assertProblem(answer, 503);
		assertThat(answer.header("Retry-After")).isNotNull();
		held.forEach(RawConnection::close);
		Await.until(() -> channel.subscribers() == 0);
		poll(request(null, "PT0S", comet.name()));
		assertThat(this.client.read().status()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/json", "Application/JSON", "application/json;charset=UTF-8",
			"application/json; charset=bogus" })
	void pollWhenMediaTypeIsJsonShouldAnswer(String contentType) {
		this.client.request("POST", "/comet", contentType, request(null, "PT0S", comet.name()));
		assertThat(this.client.read().status()).isEqualTo(200);
	}

	private void poll(String body) {
		this.client.request("POST", "/comet", "application/json", body);
	}

}
