package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ServerMessageTests {

	private static final Cursor CURSOR = Cursor.of("a", new Position(1, 2));

	@Test
	void decodeWhenEncodedShouldBeTheSame() {
		byte[] text = JsonCodec.encodeMessage(message("\"é\n\u2028\uD83D\uDE00", MessageFormat.TEXT));
		byte[] json = JsonCodec.encodeMessage(message("{\"a\":[1.10,\"]}\"]}", MessageFormat.JSON));
		String body = new String(JsonCodec.encodeBatch(CURSOR.token().getBytes(StandardCharsets.US_ASCII),
				List.of(text, json), List.of("x", "y"), List.of("z"), List.of(), null, null), StandardCharsets.UTF_8);
		ServerMessage message = ServerMessage.decode(body);
		assertThat(message.cursor()).isEqualTo(CURSOR);
		assertThat(message.ended()).containsExactly("x", "y");
		assertThat(message.gaps()).containsExactly("z");
		assertThat(message.messages()).extracting(ServerMessage.Item::channel).containsExactly("a", "a");
		assertThat(ServerMessage.decodeText(String.valueOf(message.messages().get(0).data())))
			.isEqualTo("\"é\n\u2028\uD83D\uDE00");
		assertThat(message.messages().get(1).data()).isEqualTo("{\"a\":[1.10,\"]}\"]}");
	}

	@Test
	void decodeWhenChannelsAreRefusedShouldNameThem() {
		byte[] body = JsonCodec.encodeBatch(CURSOR.token().getBytes(StandardCharsets.US_ASCII), List.of(), List.of(),
				List.of(), List.of("b", "c"), "forbidden", null);
		assertThat(ServerMessage.decode(new String(body, StandardCharsets.UTF_8)).refused()).containsExactly("b", "c");
		assertThat(ServerMessage.decode("{\"cursor\":\"AQ\"}").refused()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1.50e+3", "true", "false", "null", "\"\"", "\"\\\"}\\u00e9\"", "[]", "{}",
			"[[1,2],{\"a\":\"}\"}]", "{\"channel\":\"b\"}", "{\"é\uD83D\uDE00\":\"é\"}" })
	void decodeItemShouldCutOutTheValue(String value) {
		assertThat(ServerMessage.decodeItem("{\"data\":" + value + ",\"channel\":\"a\"}"))
			.isEqualTo(new ServerMessage.Item("a", value));
		assertThat(ServerMessage.decodeItem("{ \"new\" : [{}], \"channel\" : \"a\" , \"data\" : " + value + " } "))
			.isEqualTo(new ServerMessage.Item("a", value));
	}

	@Test
	void decodeItemWhenLongShouldCutOutTheValue() {
		for (int length : new int[] { 3_999, 4_000, 65_535, 65_536, 300_000 }) {
			for (String value : List.of("9".repeat(length), "\"" + "é".repeat(length) + "\"",
					"{\"" + "n".repeat(length) + "\":1}", "[" + "1,".repeat(length) + "1]",
					"0." + "5".repeat(length))) {
				assertThat(ServerMessage.decodeItem("{\"channel\":\"a\",\"data\":" + value + ",\"more\":0}").data())
					.isEqualTo(value);
			}
		}
	}

	@Test
	void decodeItemWhenNestedAsDeepAsAllowedShouldCutOutTheValue() {
		String value = "[".repeat(256) + "]".repeat(256);
		String item = "{\"channel\":\"a\",\"data\":" + value + "}";
		assertThat(ServerMessage.decodeItem(item).data()).isEqualTo(value);
		assertThat(ServerMessage.decode("{\"cursor\":\"AQ\",\"messages\":[" + item + "]}").messages()).hasSize(1);
	}

	@Test
	void decodeItemWhenNoValueShouldBeTheChannel() {
		assertThat(ServerMessage.decodeItem("{\"channel\":\"a\"}")).isEqualTo(new ServerMessage.Item("a", null));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "[]", "1", "{", "{\"channel\":\"a\"}{}", "{\"channel\":}",
			"{\"channel\":\"a\",\"data\":[}", "{\"channel\":\"a\",\"data\":tru}" })
	void decodeItemWhenNotJsonShouldRefuse(String json) {
		assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> ServerMessage.decodeItem(json))
			.satisfies((ex) -> assertThat(ex.isObject()).isFalse());
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"cursor\":1}", "{\"cursor\":\"x\"}", "{\"cursor\":\"AQ\",\"messages\":{}}",
			"{\"cursor\":\"AQ\",\"messages\":[1]}", "{\"cursor\":\"AQ\",\"messages\":[{}]}",
			"{\"cursor\":\"AQ\",\"messages\":[{\"channel\":\"a\"}]}", "{\"cursor\":\"AQ\",\"ended\":[null]}",
			"{\"cursor\":\"AQ\",\"gaps\":\"a\"}", "{\"cursor\":\"AQ\",\"refused\":[1]}" })
	void decodeWhenMemberIsWrongShouldRefuse(String json) {
		assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> ServerMessage.decode(json))
			.satisfies((ex) -> assertThat(ex.isObject()).isTrue());
	}

	@Test
	void decodeProblemDetailShouldFindTheSentence() {
		String problem = new String(JsonCodec.encodeProblem("Bad Request", 400, "No channels", null),
				StandardCharsets.UTF_8);
		assertThat(ServerMessage.decodeProblemDetail(problem)).isEqualTo("No channels");
		assertThat(ServerMessage.decodeProblemDetail("{}")).isNull();
		assertThat(ServerMessage.decodeProblemDetail("{\"detail\":1}")).isNull();
		assertThat(ServerMessage.decodeProblemDetail("no")).isNull();
	}

	@Test
	void encodePollShouldBeReadAsItWasWritten() {
		ClientMessage message = ClientMessage
			.decode(ClientMessage.encodePoll(List.of("a", "b/é"), CURSOR, Duration.ofMillis(1500), List.of("g.h")));
		assertThat(message.channels()).containsExactly("a", "b/é");
		assertThat(message.cursor()).isEqualTo(CURSOR);
		assertThat(message.timeout()).isEqualTo(Duration.ofMillis(1500));
		assertThat(message.grants()).containsExactly("g.h");
	}

	private static Message message(String data, MessageFormat format) {
		return new Message("a", new Position(1, 1), data, format, false);
	}

}
