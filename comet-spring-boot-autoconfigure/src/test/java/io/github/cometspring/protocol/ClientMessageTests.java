package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.cometspring.channel.Cursor;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ClientMessage}.
 */
class ClientMessageTests {

	@Test
	void decodeWhenWellFormedShouldReadAllMembers() {
		ClientMessage message = decode("{\"channels\":[\"a\",\"b\",\"a\"],\"subscribe\":[\"c\"],\"unsubscribe\":[],"
				+ "\"cursor\":\"earliest\",\"timeout\":\"PT1.5S\",\"ping\":-3,\"grants\":[\"g.h\",\"i\",\"i\"]}");
		assertThat(message).isEqualTo(new ClientMessage(List.of("a", "b"), List.of("c"), List.of(), Cursor.EARLIEST,
				Map.of(), Set.of(), Duration.ofMillis(1500), -3L, List.of("g.h", "i")));
	}

	@Test
	void decodeWhenCursorInFromIsInvalidShouldNameItsChannelsOnly() {
		ClientMessage message = decode(
				"{\"channels\":[\"a\",\"b\",\"c\"],\"from\":{\"!\":[\"b\"],\"earliest\":[\"a\",\"b\"],\"\":[\"c\"]}}");
		assertThat(message.misplaced()).containsExactlyInAnyOrder("b", "c");
		assertThat(message.start("a")).isEqualTo(Cursor.EARLIEST);
	}

	@Test
	void decodeWhenMemberIsWrongShouldReportAnObject() {
		assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decode("{\"channels\":7}"))
			.matches(MalformedMessageException::isObject)
			.withMessageContaining("channels");
	}

	@Test
	void decodeWhenGrantsAreNoListShouldReportAnObject() {
		assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decode("{\"grants\":\"g.h\"}"))
			.matches(MalformedMessageException::isObject)
			.withMessage("'grants' must be a list of grants");
	}

	@Test
	void toStringShouldNotShowGrants() {
		assertThat(decode("{\"channels\":[\"a\"],\"grants\":[\"g.h\"]}").toString()).contains("[a]")
			.doesNotContain("g.h");
	}

	@Test
	void decodeWhenNoObjectShouldReportIt() {
		for (String text : List.of("", "7", "[]", "{", "{}{}", "{\"channels\":7,}")) {
			assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decode(text))
				.matches((ex) -> !ex.isObject());
		}
	}

	@Test
	void decodeWhenNoUtf8ShouldReportNoObject() {
		String object = "{\"x\":\"é\"}";
		byte[] latin1 = object.getBytes(StandardCharsets.ISO_8859_1);
		byte[] utf16 = object.getBytes(StandardCharsets.UTF_16BE);
		byte[] overlong = "{\"x\":\"\u00f0\u0080\u0080\u0080\"}".getBytes(StandardCharsets.ISO_8859_1);
		byte[] surrogate = "{\"x\":\"\u00ed\u00a0\u0080\"}".getBytes(StandardCharsets.ISO_8859_1);
		for (byte[] bytes : List.of(latin1, utf16, overlong, surrogate)) {
			assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> ClientMessage.decode(bytes))
				.matches((ex) -> !ex.isObject());
		}
	}

	private static ClientMessage decode(String text) {
		return ClientMessage.decode(text.getBytes(StandardCharsets.UTF_8));
	}

}
