package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.testing.RawConnection.Answer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Writes JSON polls and reads their answers.
 */
final class JsonPollClient {

	private static final JsonMapper JSON = new JsonMapper();

	private JsonPollClient() {
	}

	static List<String> events(String body) {
		JsonNode json = JSON.readTree(body);
		List<String> events = new ArrayList<>();
		json.path("gaps").forEach((gap) -> events.add(gap.stringValue() + "!gap"));
		json.path("messages")
			.forEach((message) -> events
				.add(message.get("channel").stringValue() + "=" + message.get("data").stringValue()));
		json.path("ended").forEach((ended) -> events.add(ended.stringValue() + "!ended"));
		return events;
	}

	static String request(@Nullable String cursor, @Nullable String timeout, String... channels) {
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

	static JsonNode assertProblem(Answer answer, int status) {
		assertThat(answer.status()).as(answer.body()).isEqualTo(status);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
		JsonNode problem = JSON.readTree(answer.body());
		assertThat(problem.get("status").intValue()).isEqualTo(status);
		assertThat(problem.get("title").stringValue()).isNotEmpty();
		return problem;
	}

}
