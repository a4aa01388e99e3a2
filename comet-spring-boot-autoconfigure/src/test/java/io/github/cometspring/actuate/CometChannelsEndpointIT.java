package io.github.cometspring.actuate;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.web.util.UriUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CometChannelsEndpoint} in an application that exposes it.
 */
class CometChannelsEndpointIT {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private static CometServer server;

	private static Operator operator;

	@BeforeAll
	static void start() {
		// Without the comet endpoint: this endpoint needs the filter on its own as well.
		server = CometServer.start("management.endpoints.web.exposure.include=cometchannels");
		operator = Operator.of(server.port());
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@AfterEach
	void closeChannels() {
		server.channels().list().flatMap(Channel::close).blockLast(PATIENCE);
	}

	@Test
	void listShouldBeOrderedAndCounted() {
		List.of("b", "a/2", "c", "a/1").forEach(server::create);
		assertPage("", 0, 100, 4, "a/1", "a/2", "b", "c");
	}

	@Test
	void listWhenEmptyShouldBeEmpty() {
		assertPage("", 0, 100, 0);
	}

	@Test
	void listWhenPagedShouldShowPage() {
		List.of("a", "b", "c", "d", "e").forEach(server::create);
		assertPage("?size=2", 0, 2, 5, "a", "b");
		assertPage("?size=2&page=1", 1, 2, 5, "c", "d");
		assertPage("?size=2&page=2", 2, 2, 5, "e");
		assertPage("?size=2&page=3", 3, 2, 5);
		assertPage("?page=2000000", 2_000_000, 100, 5);
		assertPage("?size=1000", 0, 1000, 5, "a", "b", "c", "d", "e");
	}

	@Test
	void listWhenPrefixedShouldShowChannelsWithPrefix() {
		List.of("prices/a", "prices/b", "price", "olds").forEach(server::create);
		assertPage("?prefix=prices%2F", 0, 100, 2, "prices/a", "prices/b");
		assertPage("?prefix=price", 0, 100, 3, "price", "prices/a", "prices/b");
		assertPage("?prefix=none", 0, 100, 0);
		assertPage("?prefix=", 0, 100, 4, "olds", "price", "prices/a", "prices/b");
	}

	private static void assertPage(String query, int page, int size, int total, String... ids) {
		Answer answer = operator.get("/actuator/cometchannels" + query);
		assertThat(answer.status()).isEqualTo(200);
		JsonNode body = Operator.json(answer);
		assertThat(body.get("page").asInt()).isEqualTo(page);
		assertThat(body.get("size").asInt()).isEqualTo(size);
		assertThat(body.get("total").asInt()).isEqualTo(total);
		assertThat(body.get("channels").valueStream().map((channel) -> channel.get("id").asString()))
			.containsExactly(ids);
	}

	@ParameterizedTest
	@ValueSource(strings = { "page=-1", "size=0", "size=-1", "size=1001", "page=x", "size=1.5", "page=99999999999",
			"page=3000000" })
	void listWhenPageIsImpossibleShouldAnswer400(String query) {
		assertThat(operator.get("/actuator/cometchannels?" + query).status()).isEqualTo(400);
	}

	@Test
	void channelShouldShowDetails() {
		Channel channel = server.create("details");
		channel.publish("one").then(channel.publish("two")).block(PATIENCE);
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=details");
			Await.until(() -> channel.subscribers() == 1);
			Answer answer = operator.get("/actuator/cometchannels/details");
			assertThat(answer.status()).isEqualTo(200);
			JsonNode body = Operator.json(answer);
			assertThat(body.get("id").asString()).isEqualTo("details");
			assertThat(body.get("subscribers").asInt()).isOne();
			assertThat(body.at("/history/messages").asInt()).isEqualTo(2);
			assertThat(body.at("/history/size").asInt()).isEqualTo(100);
			assertThat(body.at("/history/maxAge").asString()).isEqualTo("PT5M");
			assertThat(body.at("/newest/offset").asLong()).isEqualTo(2);
			assertThat(body.at("/newest/epoch").asLong()).isPositive();
			// The endpoint must not show the content of messages.
			assertThat(answer.body()).doesNotContain("one").doesNotContain("two");
		}
	}

	@ParameterizedTest
	@CsvSource({ "plain,plain", "a/b,a/b", "a/b,a%2Fb", "a//b,a//b", "a//b,a%2F%2Fb", "/a,%2Fa", "a/,a%2F",
			"~a.b_c-d@e,~a.b_c-d@e", "größe,", "日本/語,", "𠀀,", "activate,activate" })
	void channelWhenItExistsShouldBeFoundAndEnded(String id, String path) {
		String target = "/actuator/cometchannels/"
				+ ((path != null) ? path : UriUtils.encode(id, StandardCharsets.UTF_8));
		assertThat(operator.get(target).status()).isEqualTo(404);
		server.create(id);
		server.create(id + "x");
		Answer answer = operator.get(target);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(Operator.json(answer).get("id").asString()).isEqualTo(id);
		assertThat(delete(target)).isEqualTo(204);
		assertThat(server.channels().list().map(Channel::id).collectList().block(PATIENCE)).containsExactly(id + "x");
		assertThat(delete(target)).isEqualTo(404);
	}

	@Test
	void deleteWhenPathHasTwoSlashesShouldNotEndAnother() {
		server.create("a/b");
		assertThat(delete("/actuator/cometchannels/a//b")).isEqualTo(404);
		assertThat(delete("/actuator/cometchannels/a/b/")).isEqualTo(404);
		assertThat(delete("/actuator/cometchannels//a/b")).isEqualTo(404);
		assertThat(server.channels().count().block(PATIENCE)).isOne();
	}

	@Test
	void deleteWhenPollWaitsShouldEndIt() {
		Channel channel = server.create("ending");
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=ending");
			Await.until(() -> channel.subscribers() == 1);
			assertThat(delete("/actuator/cometchannels/ending")).isEqualTo(204);
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).isEqualTo("ending:ENDED_CHANNEL");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "unknown", "", "%20", "a%2Bb", "a%0Ab", "%00", "..%2F..", "%E9", "a;b", "a?id=victim" })
	void channelWhenThereIsNoneShouldAnswer404(String path) {
		server.create("victim");
		assertThat(operator.get("/actuator/cometchannels/x" + path).status()).isEqualTo(404);
		assertThat(delete("/actuator/cometchannels/x" + path)).isEqualTo(404);
		assertThat(server.channels().count().block(PATIENCE)).isOne();
	}

	@Test
	void deleteWhenNoIdShouldEndNothing() {
		server.create("victim");
		assertThat(delete("/actuator/cometchannels")).isIn(404, 405);
		assertThat(delete("/actuator/cometchannels/")).isIn(404, 405);
		assertThat(delete("/actuator/cometchannels?id=victim")).isIn(404, 405);
		assertThat(server.channels().count().block(PATIENCE)).isOne();
	}

	@ParameterizedTest
	@ValueSource(strings = { "id=victim", "id=victim&id=victim", "prefix=victim" })
	void channelWhenOtherIdIsInQueryShouldObeyPathOnly(String query) {
		server.create("named");
		server.create("victim");
		assertThat(Operator.json(operator.get("/actuator/cometchannels/named?" + query)).get("id").asString())
			.isEqualTo("named");
		assertThat(delete("/actuator/cometchannels/named?" + query)).isEqualTo(204);
		assertThat(server.channels().list().map(Channel::id).collectList().block(PATIENCE)).containsExactly("victim");
	}

	@Test
	void deleteWhenOtherIdIsInBodyShouldObeyPathOnly() {
		server.create("named");
		server.create("victim");
		String body = "{\"id\":\"victim\"}";
		operator.send("DELETE", "/actuator/cometchannels/named", body, operator.host(),
				"Content-Type: application/json", "Content-Length: " + body.length());
		assertThat(server.channels().find("victim").blockOptional(PATIENCE)).isPresent();
	}

	@Test
	void requestWhenMethodIsWrongShouldAnswer405() {
		server.create("victim");
		assertThat(operator.post("/actuator/cometchannels").status()).isEqualTo(405);
		assertThat(operator.post("/actuator/cometchannels/victim").status()).isEqualTo(405);
		assertThat(operator.send("PUT", "/actuator/cometchannels/victim", "", operator.host()).status()).isEqualTo(405);
	}

	@Test
	void commandsWhenNotExposedShouldNotBeThere() {
		assertThat(operator.get("/actuator/comet").status()).isEqualTo(404);
		assertThat(operator.post("/actuator/comet/deactivate").status()).isEqualTo(404);
	}

	private static int delete(String target) {
		return operator.send("DELETE", target, "", operator.host()).status();
	}

}
