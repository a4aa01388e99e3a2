package io.github.cometspring.web;

import java.net.http.WebSocket;
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
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.Secret;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * WebSocket over real sockets (protocol, section 5): subscriptions and messages.
 */
@AlsoOnIoUring
class WebSocketIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass(new Class<?>[] { Secret.class }, "comet.history.size=3",
			"comet.heartbeat=400ms");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private JsonSocket socket;

	@BeforeEach
	void open() {
		this.socket = new JsonSocket(comet.open(RawWebSocket.open(comet.port())));
	}

	@Test
	void subscribeWhenChannelIsKnownShouldAnswerWithStartingCursor() {
		comet.publish("before");
		JsonNode answer = this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"]}");
		assertThat(answer.propertyNames()).containsExactly("cursor");
		assertThat(answer.get("cursor").stringValue()).isEqualTo(comet.cursor());
		comet.publish("1");
		JsonNode batch = this.socket.next();
		assertThat(batch.propertyNames()).containsExactlyInAnyOrder("cursor", "messages");
		assertThat(batch.at("/messages/0/channel").stringValue()).isEqualTo(comet.name());
		assertThat(batch.at("/messages/0/data").stringValue()).isEqualTo("1");
		assertThat(batch.get("cursor").stringValue()).isEqualTo(comet.cursor());
	}

	@Test
	void subscribeWhenCursorIsGivenShouldResume() {
		comet.publish("1", "2");
		JsonNode batch = this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"],\"cursor\":\"earliest\"}");
		assertThat(JsonSocket.data(batch)).containsExactly("1", "2");
		comet.publish("3");
		RawWebSocket other = comet.open(RawWebSocket.open(comet.port()));
		other.send(
				"{\"subscribe\":[\"" + comet.name() + "\"],\"cursor\":\"" + batch.get("cursor").stringValue() + "\"}");
		assertThat(JsonSocket.data(new JsonSocket(other).next())).containsExactly("3");
	}

	@Test
	void subscribeWhenAnotherFollowsAtOnceShouldStillAnswer() {
		this.socket.raw().send("{\"subscribe\":[\"" + comet.name() + "\"]}").send("{\"unsubscribe\":[\"x\"]}");
		assertThat(this.socket.next().get("cursor").stringValue()).isEqualTo(comet.cursor());
	}

	@Test
	void subscribeWhenMoreAreAddedShouldKeepTheOthersWithoutLoss() {
		Channel other = comet.server().create(comet.name() + "-2");
		this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"]}");
		List<String> received = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			comet.publish("a" + i);
			this.socket.raw()
				.send((i % 2 == 0) ? "{\"subscribe\":[\"" + other.id() + "\"]}"
						: "{\"unsubscribe\":[\"" + other.id() + "\"]}");
			while (received.size() <= i) {
				received.addAll(JsonSocket.data(this.socket.next()));
			}
		}
		assertThat(received).hasSize(20).first().isEqualTo("a0");
		assertThat(received).doesNotHaveDuplicates();
		Await.until(() -> other.subscribers() == 0);
	}

	@Test
	void unsubscribeShouldStopMessages() {
		this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"]}");
		this.socket.raw().send("{\"unsubscribe\":[\"" + comet.name() + "\"],\"ping\":1}");
		assertThat(this.socket.next().get("pong").intValue()).isEqualTo(1);
		assertThat(comet.channel().subscribers()).isZero();
		comet.publish("1");
		assertThat(this.socket.exchange("{\"ping\":2}").get("pong").intValue()).isEqualTo(2);
	}

	@Test
	void frameWhenItHasSeveralMembersShouldActOnAll() {
		Channel other = comet.server().create(comet.name() + "-2");
		this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"]}");
		this.socket.raw()
			.send("{\"subscribe\":[\"" + other.id() + "\"],\"unsubscribe\":[\"" + comet.name() + "\"],\"ping\":9}");
		JsonNode answer = this.socket.next();
		assertThat(answer.get("pong").intValue()).isEqualTo(9);
		assertThat(answer.has("cursor")).isTrue();
		assertThat(other.subscribers()).isEqualTo(1);
		assertThat(comet.channel().subscribers()).isZero();
	}

	@Test
	void subscribeWhenIdsAreUnknownShouldReportTheirEnd() {
		JsonNode answer = this.socket.exchange("{\"subscribe\":[\"unknown\",\"" + comet.name() + "\",\"no id!\"]}");
		assertThat(answer.get("ended")).extracting(JsonNode::stringValue).containsExactly("unknown", "no id!");
		assertThat(answer.has("cursor")).isTrue();
		comet.publish("1");
		assertThat(JsonSocket.data(this.socket.next())).containsExactly("1");
	}

	@Test
	void socketWhenChannelEndsShouldReportItAndStayOpen() {
		this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"]}");
		comet.channel().publish("last").then(comet.channel().close()).block(PATIENCE);
		JsonNode batch = this.socket.next();
		assertThat(JsonSocket.data(batch)).containsExactly("last");
		JsonNode ended = batch.has("ended") ? batch : this.socket.next();
		assertThat(ended.get("ended")).extracting(JsonNode::stringValue).containsExactly(comet.name());
		assertThat(this.socket.exchange("{\"ping\":1}").get("pong").intValue()).isEqualTo(1);
		Channel again = comet.server().create(comet.name() + "-2");
		this.socket.exchange("{\"subscribe\":[\"" + again.id() + "\"]}");
		again.publish("anew").block(PATIENCE);
		assertThat(JsonSocket.data(this.socket.next())).containsExactly("anew");
	}

	@Test
	void subscribeWhenHistoryHasMovedOnShouldReportGap() {
		comet.publish("1", "2", "3", "4", "5");
		String old = Cursor.of(comet.name(), new Position(comet.epoch(), 1)).token();
		JsonNode batch = this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"],\"cursor\":\"" + old + "\"}");
		assertThat(batch.get("gaps")).extracting(JsonNode::stringValue).containsExactly(comet.name());
		assertThat(JsonSocket.data(batch)).containsExactly("3", "4", "5");
	}

	@Test
	void socketWhenSilentShouldBePinged() {
		for (int i = 0; i < 2; i++) {
			assertThat(Objects.requireNonNull(this.socket.raw().read()).opcode()).isEqualTo(RawWebSocket.PING);
		}
	}

	@Test
	void socketWhenClientClosesShouldCloseWith1000() {
		this.socket.raw().send(RawWebSocket.CLOSE, true, new byte[] { 0x03, (byte) 0xE8 });
		assertThat(this.socket.raw().text()).isEqualTo("close 1000");
		assertThat(this.socket.raw().connection().isClosedByServer()).isTrue();
	}

	@Test
	void subscribeWhenNotAuthorizedForOneShouldReportItAndGoOn() {
		JsonNode batch = this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\",\"secret\"]}");
		assertThat(batch.get("refused").toString()).isEqualTo("[\"secret\"]");
		assertThat(batch.get("why").stringValue()).isEqualTo("forbidden");
		comet.publish("1");
		assertThat(JsonSocket.data(this.socket.next())).containsExactly("1");
	}

	@Test
	void socketWhenKilledShouldCloseWith1013() {
		this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"]}");
		RawWebSocket idle = comet.open(RawWebSocket.open(comet.port()));
		comet.server().control().setTimeout(Duration.ofSeconds(20), true).block(PATIENCE);
		assertThat(this.socket.raw().text()).isEqualTo("close 1013");
		assertThat(this.socket.raw().connection().drain()).isTrue();
		assertThat(idle.text()).isEqualTo("close 1013");
	}

	@OneNodeOnly("deliver() waits for the clients of its own node")
	@Test
	void deliverWhenSocketGetsMessageShouldCountIt() {
		this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"]}");
		Outcome outcome = Objects.requireNonNull(comet.channel().deliver("1").block(PATIENCE));
		assertThat(outcome.delivered()).isEqualTo(1);
		assertThat(outcome.failed()).isZero();
	}

}
