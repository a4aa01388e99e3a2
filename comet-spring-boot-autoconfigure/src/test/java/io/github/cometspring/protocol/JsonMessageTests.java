package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class JsonMessageTests {

	@Test
	void encodeMessageWhenTextShouldWriteString() {
		assertThat(encodeMessage("{\"a\":1}\n", MessageFormat.TEXT))
			.isEqualTo("{\"channel\":\"c\",\"data\":\"{\\\"a\\\":1}\\n\"}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"a\":1}", "null", "1e400", "0.10", "\"é\uD83D\uDE00\\u00e9\"", "[]" })
	void encodeMessageWhenJsonShouldWriteValueItself(String json) {
		assertThat(encodeMessage(json, MessageFormat.JSON)).isEqualTo("{\"channel\":\"c\",\"data\":" + json + "}");
	}

	@Test
	void encodeBatchWhenBothFormatsShouldWriteEach() {
		byte[] text = JsonCodec.encodeMessage(message("1", MessageFormat.TEXT));
		byte[] json = JsonCodec.encodeMessage(message("1", MessageFormat.JSON));
		assertThat(encode(null, List.of(text, json), List.of(), List.of(), null))
			.isEqualTo("{\"messages\":[{\"channel\":\"c\",\"data\":\"1\"},{\"channel\":\"c\",\"data\":1}]}");
	}

	@Test
	void encodeBatchWhenMessagesAreJoinedShouldWriteTheSame() {
		byte[] one = JsonCodec.encodeMessage(message("é\uD83D\uDE00", MessageFormat.TEXT));
		byte[] two = JsonCodec.encodeMessage(message("[1,2]", MessageFormat.JSON));
		String apart = encode("t", List.of(one, two, one), List.of("x"), List.of(), null);
		String joined = encode("t", List.of(JsonCodec.join(List.of(one, two)), one), List.of("x"), List.of(), null);
		assertThat(joined).isEqualTo(apart);
		assertThat(JsonCodec.join(List.of(one))).isSameAs(one);
	}

	@Test
	void encodeBatchShouldWriteMembersThatAreThere() {
		byte[] message = JsonCodec.encodeMessage(message("1", MessageFormat.JSON));
		String written = "{\"channel\":\"c\",\"data\":1}";
		assertThat(encode(null, List.of(), List.of(), List.of(), null)).isEqualTo("{}");
		assertThat(encode(null, List.of(), List.of(), List.of(), -7L)).isEqualTo("{\"pong\":-7}");
		assertThat(encode(null, List.of(), List.of("\"\n"), List.of(), null)).isEqualTo("{\"ended\":[\"\\\"\\n\"]}");
		assertThat(encode("t", List.of(), List.of(), List.of("é"), null))
			.isEqualTo("{\"cursor\":\"t\",\"gaps\":[\"é\"]}");
		assertThat(encode(null, List.of(message), List.of(), List.of("g"), null))
			.isEqualTo("{\"messages\":[" + written + "],\"gaps\":[\"g\"]}");
		assertThat(encode("t", List.of(message, message), List.of("x", "y"), List.of("g"), 1L))
			.isEqualTo("{\"pong\":1,\"cursor\":\"t\",\"messages\":[" + written + "," + written
					+ "],\"ended\":[\"x\",\"y\"],\"gaps\":[\"g\"]}");
	}

	private static String encode(@Nullable String cursor, List<byte[]> messages, List<String> ended, List<String> gaps,
			@Nullable Long pong) {
		byte[] token = (cursor != null) ? cursor.getBytes(StandardCharsets.US_ASCII) : null;
		return new String(JsonCodec.encodeBatch(token, messages, ended, gaps, List.of(), null, pong),
				StandardCharsets.UTF_8);
	}

	@ParameterizedTest
	@EnumSource
	void encodedLengthShouldBeUpperBound(MessageFormat format) {
		for (String data : List.of("\"\\\"\\\\\"", "\"é日\uD83D\uDE00\"", "{\"a\":[1,2,3]}", "\"\\u0000\"", "1")) {
			Message message = message(data, format);
			// And the comma after it
			assertThat(JsonCodec.encodedLength(message))
				.isGreaterThanOrEqualTo(JsonCodec.encodeMessage(message).length + 1);
		}
	}

	@Test
	void encodedLengthWhenJsonShouldNotCountEscapes() {
		String quotes = "\"" + "\\\"".repeat(1000) + "\"";
		assertThat(JsonCodec.encodedLength(message(quotes, MessageFormat.JSON))).isLessThan(2050);
	}

	private static String encodeMessage(String data, MessageFormat format) {
		return new String(JsonCodec.encodeMessage(message(data, format)), StandardCharsets.UTF_8);
	}

	private static Message message(String data, MessageFormat format) {
		return new Message("c", new Position(1, 1), data, format, false);
	}

}
