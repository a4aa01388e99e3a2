package io.github.cometspring.web;

import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.RawWebSocket.Frame;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * WebSocket over real sockets (protocol, sections 5 and 7): valid and invalid frames.
 */
class WebSocketFramesIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.max-channels-per-request=5", "comet.max-request-size=2KB");

	private JsonSocket socket;

	@BeforeEach
	void open() {
		this.socket = new JsonSocket(comet.open(RawWebSocket.open(comet.port())));
	}

	@Test
	void pingShouldBeAnsweredWithItsNumber() {
		for (String number : List.of("0", "-1", "9223372036854775807")) {
			this.socket.raw().send("{\"ping\":" + number + "}");
			assertThat(this.socket.raw().text()).isEqualTo("{\"pong\":" + number + "}");
		}
	}

	@Test
	void protocolPingShouldBeAnsweredWithItsContent() {
		this.socket.raw().send(RawWebSocket.PING, true, "abc".getBytes(StandardCharsets.US_ASCII));
		Frame frame = Objects.requireNonNull(this.socket.raw().read());
		assertThat(frame.opcode()).isEqualTo(RawWebSocket.PONG);
		assertThat(frame.payload()).asString().isEqualTo("abc");
	}

	@Test
	void protocolPingsWhenManyComeAtOnceShouldAllBeAnsweredInOrder() {
		for (int i = 0; i < 500; i++) {
			this.socket.raw().send(RawWebSocket.PING, true, ("" + i).getBytes(StandardCharsets.US_ASCII));
		}
		for (int i = 0; i < 500; i++) {
			Frame frame = Objects.requireNonNull(this.socket.raw().read());
			while (frame.opcode() == RawWebSocket.PING) {
				frame = Objects.requireNonNull(this.socket.raw().read());
			}
			assertThat(frame.payload()).asString().isEqualTo("" + i);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "[]", "null", "7", "{", "{\"ping\":1", "{\"ping\":1}x", "{}{}", "hello" })
	void frameWhenNoJsonObjectShouldCloseWith1008(String text) {
		this.socket.raw().send(text);
		assertThat(this.socket.raw().text()).isEqualTo("close 1008");
		assertThat(this.socket.raw().connection().drain()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"subscribe\":7}", "{\"subscribe\":[7]}", "{\"unsubscribe\":\"a\"}",
			"{\"subscribe\":[\"a\"],\"cursor\":\"!\"}", "{\"cursor\":\"AQ==\"}", "{\"ping\":\"1\"}", "{\"ping\":1.5}",
			"{\"ping\":99999999999999999999}", "{\"timeout\":1}" })
	void frameWhenMemberIsWrongShouldExplainAndGoOn(String text) {
		JsonNode answer = this.socket.exchange(text);
		assertThat(answer.propertyNames()).containsExactly("error");
		assertThat(this.socket.exchange("{\"ping\":1}").get("pong").intValue()).isEqualTo(1);
	}

	@Test
	void frameWhenMembersAreUnknownShouldIgnoreThem() {
		assertThat(this.socket.exchange("{\"x\":[[{}]],\"ping\":4,\"y\":null}").get("pong").intValue()).isEqualTo(4);
	}

	@Test
	void frameWhenBinaryShouldCloseWith1008() {
		this.socket.raw().send(RawWebSocket.BINARY, true, "{\"ping\":1}".getBytes(StandardCharsets.UTF_8));
		assertThat(this.socket.raw().text()).isEqualTo("close 1008");
		assertThat(this.socket.raw().connection().drain()).isTrue();
	}

	@Test
	void frameWhenTooBigShouldCloseWith1009() {
		this.socket.raw().send("{\"x\":\"" + "x".repeat(2048) + "\"}");
		assertThat(this.socket.raw().text()).isEqualTo("close 1009");
		assertThat(this.socket.raw().connection().drain()).isTrue();
	}

	@Test
	void fragmentsWhenTogetherTooBigShouldCloseWith1009() {
		byte[] part = "x".repeat(1500).getBytes(StandardCharsets.US_ASCII);
		this.socket.raw().send(RawWebSocket.TEXT, false, part).send(RawWebSocket.CONTINUATION, true, part);
		assertThat(this.socket.raw().text()).isEqualTo("close 1009");
		assertThat(this.socket.raw().connection().drain()).isTrue();
	}

	@Test
	void fragmentsShouldBeJoined() {
		byte[] json = "{\"ping\":12,\"x\":\"é\"}".getBytes(StandardCharsets.UTF_8);
		for (int i = 0; i < json.length; i++) {
			this.socket.raw()
				.send((i == 0) ? RawWebSocket.TEXT : RawWebSocket.CONTINUATION, i == json.length - 1,
						new byte[] { json[i] });
			if (i == 3) {
				this.socket.raw().send(RawWebSocket.PONG, true, new byte[0]);
			}
		}
		assertThat(this.socket.next().get("pong").intValue()).isEqualTo(12);
	}

	@Test
	void frameWhenItBreaksTheProtocolShouldEndTheConnection() {
		List<byte[]> broken = List.of(RawWebSocket.frame(0x81, false, "{\"ping\":1}".getBytes(StandardCharsets.UTF_8)),
				RawWebSocket.frame(0x83, true, new byte[1]), RawWebSocket.frame(0xC1, true, new byte[1]),
				RawWebSocket.frame(0x80, true, new byte[1]), RawWebSocket.frame(0x89, true, new byte[126]),
				RawWebSocket.frame(0x09, true, new byte[1]), RawWebSocket.frame(0x88, true, new byte[1]),
				RawWebSocket.frame(0x88, true, new byte[] { 0, 1 }),
				RawWebSocket.frame(0x81, true, new byte[] { '"', (byte) 0xC3, '"' }),
				"GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		for (byte[] bytes : broken) {
			try (RawWebSocket client = RawWebSocket.open(comet.port())) {
				client.sendRaw(bytes);
				// An illegal close frame is not answered with another.
				assertThat(client.closeCode()).as("%d", broken.indexOf(bytes))
					.isIn(1002, 1007, 1008, 1009, (bytes[0] == (byte) 0x88) ? -1 : 1002);
				assertThat(client.connection().drain()).isTrue();
			}
		}
	}

	@Test
	void frameWhenCutOffShouldLeaveNothingBehind() {
		this.socket.exchange("{\"subscribe\":[\"" + comet.name() + "\"]}");
		this.socket.raw().sendRaw(new byte[] { (byte) 0x81, (byte) 0xFE, 0x01 });
		this.socket.raw().connection().reset();
		Await.until(() -> comet.channel().subscribers() == 0);
	}

}
