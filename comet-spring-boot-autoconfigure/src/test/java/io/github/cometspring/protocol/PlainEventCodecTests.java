package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Tests for {@link PlainEventCodec}: its bytes, and what a reader makes of them that
 * follows the HTML standard.
 */
class PlainEventCodecTests {

	private static final long SEED = Long.getLong("comet.test.seed", System.nanoTime());

	private static final String[] PIECES = { "\r", "\n", "\r\n", "\n\n", "data: ", "event: evil", "id: 1", "retry: 1",
			":", " ", "\t", "\0", "\uFEFF", "\u2028", "\u0085", "\u000B", "\f", "é", "\uD83D\uDE00", "<b>",
			"{\"a\":1}" };

	@Test
	void messageShouldBeTheTypeAndTheDataAsItIs() {
		// event: a LF data: é <
		assertThat(hex("a", "é<", true)).isEqualTo("6576656e743a20610a646174613a20c3a93c");
	}

	@Test
	void messageWhenUntypedShouldBeTheDataAlone() {
		assertThat(hex("a", "é<", false)).isEqualTo("646174613a20c3a93c");
	}

	static Stream<Arguments> severalLines() {
		return Stream.of(arguments("", "data: "), arguments("\n", "data: |data: "), arguments("\r", "data: |data: "),
				arguments("\r\n", "data: |data: "), arguments("\n\r", "data: |data: |data: "),
				arguments("a\r\n\r\nb", "data: a|data: |data: b"), arguments(" a", "data:  a"),
				arguments("a\revent: b\nid: c", "data: a|data: event: b|data: id: c"));
	}

	@ParameterizedTest
	@MethodSource("severalLines")
	void dataWhenItHasSeveralLinesShouldTakeAFieldEach(String data, String expected) {
		assertThat(new String(PlainEventCodec.encodeMessage(message("a", data), false), StandardCharsets.UTF_8))
			.isEqualTo(expected.replace('|', '\n'));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messageOfAnyTextShouldReachAReaderAsOneEventWithIt(boolean typed) {
		Random random = new Random(SEED);
		for (int i = 0; i < 2000; i++) {
			StringBuilder data = new StringBuilder();
			for (int pieces = random.nextInt(8); pieces > 0; pieces--) {
				data.append(PIECES[random.nextInt(PIECES.length)]);
			}
			byte[] lines = PlainEventCodec.encodeMessage(message("Ünï/1", data.toString()), typed);
			String event = "id: cursor\n" + new String(lines, StandardCharsets.UTF_8) + "\n\n";
			assertThat(read(event)).as("seed %d", SEED)
				.containsExactly("cursor", typed ? "Ünï/1" : "message", data.toString().replaceAll("\r\n|\r", "\n"));
			assertThat(lines.length).as("seed %d", SEED)
				.isLessThanOrEqualTo((int) (JsonCodec.encodedLength(message("Ünï/1", data.toString()))
						+ PlainEventCodec.countLineEnds(data.toString())));
		}
	}

	@Test
	void lineEndsShouldBeCountedByCharacter() {
		assertThat(PlainEventCodec.countLineEnds("")).isZero();
		assertThat(PlainEventCodec.countLineEnds("a\r\nb\nc\r")).isEqualTo(4);
	}

	private static String hex(String channel, String data, boolean typed) {
		return HexFormat.of().formatHex(PlainEventCodec.encodeMessage(message(channel, data), typed));
	}

	private static Message message(String channel, String data) {
		return new Message(channel, new Position(1, 1), data, MessageFormat.TEXT, false);
	}

	/**
	 * Interprets an event stream, as section 9.2.6 of the HTML standard describes it.
	 * @param stream the text
	 * @return the last id, the type and the data of each event
	 */
	private static List<String> read(String stream) {
		List<String> events = new ArrayList<>();
		String id = "";
		String type = "";
		StringBuilder data = new StringBuilder();
		for (String line : stream.split("\r\n|\n|\r", -1)) {
			int colon = line.indexOf(':');
			String field = (colon < 0) ? line : line.substring(0, colon);
			String value = (colon < 0) ? "" : line.substring(colon + 1);
			value = value.startsWith(" ") ? value.substring(1) : value;
			if (line.isEmpty()) {
				if (!data.isEmpty()) {
					events.addAll(List.of(id, type.isEmpty() ? "message" : type, data.substring(0, data.length() - 1)));
				}
				type = "";
				data.setLength(0);
				continue;
			}
			switch (field) {
				case "id" -> id = value;
				case "event" -> type = value;
				case "data" -> data.append(value).append('\n');
				default -> throw new AssertionError("No field of this codec: " + line);
			}
		}
		return events;
	}

}
