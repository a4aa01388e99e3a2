package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class JsonMessageTests {

	@Test
	void encodeMessageWhenTextShouldWriteString() {
		assertThat(encode("{\"a\":1}\n", MessageFormat.TEXT))
			.isEqualTo("{\"channel\":\"c\",\"data\":\"{\\\"a\\\":1}\\n\"}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"a\":1}", "null", "1e400", "0.10", "\"é\uD83D\uDE00\\u00e9\"", "[]" })
	void encodeMessageWhenJsonShouldWriteValueItself(String json) {
		assertThat(encode(json, MessageFormat.JSON)).isEqualTo("{\"channel\":\"c\",\"data\":" + json + "}");
	}

	@Test
	void encodeNewsWhenBothFormatsShouldWriteEach() {
		byte[] text = JsonDialect.encodeMessage(message("1", MessageFormat.TEXT));
		byte[] json = JsonDialect.encodeMessage(message("1", MessageFormat.JSON));
		assertThat(new String(JsonDialect.encodeNews(null, List.of(text, json), List.of(), List.of(), null),
				StandardCharsets.UTF_8))
			.isEqualTo("{\"messages\":[{\"channel\":\"c\",\"data\":\"1\"},{\"channel\":\"c\",\"data\":1}]}");
	}

	@ParameterizedTest
	@EnumSource
	void encodedLengthShouldBeUpperBound(MessageFormat format) {
		for (String data : List.of("\"\\\"\\\\\"", "\"é日\uD83D\uDE00\"", "{\"a\":[1,2,3]}", "\"\\u0000\"", "1")) {
			Message message = message(data, format);
			// And the comma after it
			assertThat(JsonDialect.encodedLength(message))
				.isGreaterThanOrEqualTo(JsonDialect.encodeMessage(message).length + 1);
		}
	}

	@Test
	void encodedLengthWhenJsonShouldNotCountEscapes() {
		String quotes = "\"" + "\\\"".repeat(1000) + "\"";
		assertThat(JsonDialect.encodedLength(message(quotes, MessageFormat.JSON))).isLessThan(2050);
	}

	private static String encode(String data, MessageFormat format) {
		return new String(JsonDialect.encodeMessage(message(data, format)), StandardCharsets.UTF_8);
	}

	private static Message message(String data, MessageFormat format) {
		return new Message("c", new Position(1, 1), data, format, false);
	}

}
