package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.test.subscriber.TestSubscriber;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static io.github.cometspring.web.JsonPollClient.events;
import static io.github.cometspring.web.JsonPollClient.request;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Long polling with JSON over real sockets (protocol, section 3): the answers.
 */
@AlsoOnIoUring
class JsonPollIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.history.size=3", "comet.max-response-size=1KB");

	private static final JsonMapper JSON = new JsonMapper();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private RawConnection client;

	@BeforeEach
	void connect() {
		this.client = comet.connect();
	}

	@Test
	void pollWhenMessageComesShouldAnswerWithItAndCursor() {
		Channel channel = comet.channel();
		poll(request(null, "PT20S", comet.name()));
		Await.until(() -> channel.subscribers() == 1);
		comet.publish("hé\"l\nlo \uD83D\uDE00");
		Answer answer = this.client.read();
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Content-Type")).isEqualTo("application/json");
		assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
		assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
		JsonNode json = JSON.readTree(answer.body());
		assertThat(json.propertyNames()).containsExactly("cursor", "messages");
		assertThat(json.get("messages")).hasSize(1);
		assertThat(json.at("/messages/0").propertyNames()).containsExactly("channel", "data");
		assertThat(json.at("/messages/0/channel").stringValue()).isEqualTo(comet.name());
		assertThat(json.at("/messages/0/data").stringValue()).isEqualTo("hé\"l\nlo \uD83D\uDE00");
		assertThat(json.get("cursor").stringValue()).isEqualTo(comet.cursor());
	}

	@Test
	void pollWhenTimeoutIsGivenShouldAnswerEmptyAfterIt() {
		long begin = System.nanoTime();
		poll(request(null, "PT0.2S", comet.name()));
		JsonNode json = JSON.readTree(this.client.read().body());
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(200),
				Duration.ofSeconds(5));
		assertThat(json.propertyNames()).containsExactly("cursor");
		assertThat(json.get("cursor").stringValue()).isEqualTo(comet.cursor());
	}

	@Test
	void pollWhenTimeoutIsLongerThanServersShouldBeCapped() {
		comet.server().control().setTimeout(Duration.ofMillis(200)).block(PATIENCE);
		try {
			poll(request(null, "PT20000H", comet.name()));
			assertThat(this.client.read().status()).isEqualTo(200);
		}
		finally {
			comet.server().control().setTimeout(Duration.ofSeconds(20)).block(PATIENCE);
		}
	}

	@Test
	void pollWhenTimeoutIsZeroShouldAnswerAtOnceWithWhatThereIs() {
		comet.publish("1", "2");
		poll(request("earliest", "PT0S", comet.name()));
		assertThat(events(this.client.read().body())).containsExactly(comet.name() + "=1", comet.name() + "=2");
		poll(request("latest", "PT0S", comet.name()));
		assertThat(events(this.client.read().body())).isEmpty();
	}

	@Test
	void pollWhenIdsAreUnknownShouldListThemAsEndedAtOnce() {
		comet.publish("1");
		poll(request("earliest", null, "unknown", comet.name(), "not an id!", ""));
		JsonNode json = JSON.readTree(this.client.read().body());
		assertThat(json.propertyNames()).containsExactly("cursor", "messages", "ended");
		assertThat(json.get("ended")).extracting(JsonNode::stringValue).containsExactly("unknown", "not an id!", "");
		assertThat(json.at("/messages/0/data").stringValue()).isEqualTo("1");
	}

	@Test
	void pollWhenChannelClosesShouldAnswerWithLastMessageAndEnd() {
		Channel channel = comet.channel();
		poll(request(null, null, comet.name()));
		Await.until(() -> channel.subscribers() == 1);
		channel.publish("last").then(channel.close()).block(PATIENCE);
		List<String> events = events(this.client.read().body());
		if (events.size() == 1) {
			// The message was answered before the channel ended.
			assertThat(events).containsExactly(comet.name() + "=last");
		}
		else {
			assertThat(events).containsExactly(comet.name() + "=last", comet.name() + "!ended");
		}
	}

	@Test
	void pollWhenHistoryHasMovedOnShouldReportGap() {
		Channel channel = comet.channel();
		comet.publish("1", "2", "3", "4", "5");
		String old = Cursor
			.of(comet.name(), new Position(Objects.requireNonNull(channel.publish("6").block(PATIENCE)).epoch(), 1))
			.token();
		poll(request(old, null, comet.name()));
		JsonNode json = JSON.readTree(this.client.read().body());
		assertThat(json.get("gaps")).extracting(JsonNode::stringValue).containsExactly(comet.name());
		assertThat(json.get("messages")).extracting((message) -> message.get("data").stringValue())
			.containsExactly("4", "5", "6");
	}

	@Test
	void pollWhenMessagesExceedResponseSizeShouldLeaveRestToCursor() {
		comet.publish("a".repeat(600), "b".repeat(600), "c".repeat(3000));
		List<String> all = new ArrayList<>();
		String cursor = "earliest";
		for (int i = 0; i < 3; i++) {
			poll(request(cursor, null, comet.name()));
			JsonNode json = JSON.readTree(this.client.read().body());
			assertThat(json.get("messages")).hasSize(1);
			all.add(json.at("/messages/0/data").stringValue());
			cursor = json.get("cursor").stringValue();
		}
		assertThat(all).containsExactly("a".repeat(600), "b".repeat(600), "c".repeat(3000));
	}

	@Test
	void pollWhenMembersAreUnknownShouldIgnoreThem() {
		comet.publish("1");
		poll("{\"x\":{\"channels\":[7]},\"channels\":[\"" + comet.name()
				+ "\"],\"y\":[1,[2,{}]],\"cursor\":\"earliest\",\"ping\":1,\"z\":1e400}");
		assertThat(events(this.client.read().body())).containsExactly(comet.name() + "=1");
	}

	@Test
	void pollWhenIdIsRepeatedShouldCountItOnce() {
		comet.publish("1");
		poll(request("earliest", null, comet.name(), comet.name(), comet.name(), comet.name(), comet.name(),
				comet.name()));
		assertThat(events(this.client.read().body())).containsExactly(comet.name() + "=1");
	}

	@OneNodeOnly("deliver() waits for the clients of its own node")
	@Test
	void deliverWhenPollGetsMessageShouldCountIt() {
		Channel channel = comet.channel();
		poll(request(null, null, comet.name()));
		Await.until(() -> channel.subscribers() == 1);
		TestSubscriber<Outcome> outcome = TestSubscriber.create();
		channel.deliver("1").subscribe(outcome);
		assertThat(events(this.client.read().body())).containsExactly(comet.name() + "=1");
		Await.until(() -> !outcome.getReceivedOnNext().isEmpty());
		assertThat(outcome.getReceivedOnNext().get(0).delivered()).isEqualTo(1);
		assertThat(outcome.getReceivedOnNext().get(0).failed()).isZero();
	}

	private void poll(String body) {
		this.client.request("POST", "/comet", "application/json", body);
	}

}
