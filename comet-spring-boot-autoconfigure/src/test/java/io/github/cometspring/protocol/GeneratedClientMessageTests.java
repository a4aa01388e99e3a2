package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClientMessage} against a naive decoder with generated input. The seed
 * is printed and can be set as the system property {@code comet.test.seed}.
 */
class GeneratedClientMessageTests {

	private static final int CASES = 20_000;

	private static final JsonMapper JSON = JsonMapper.builder()
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private static final List<String> NAMES = List.of("channels", "subscribe", "unsubscribe", "cursor", "timeout",
			"ping", "from", "grants", "x", "");

	private static final String OTHER_TOKEN = Cursor.of("z", new Position(1, 5)).token();

	private final long seed = Long.getLong("comet.test.seed", System.nanoTime());

	private final Random random = new Random(this.seed);

	@Test
	void decodeWhenGeneratedShouldAgreeWithNaiveReading() {
		System.out.println("comet.test.seed=" + this.seed);
		int understood = 0;
		for (int i = 0; i < CASES; i++) {
			byte[] bytes = generate();
			Object expected = naively(bytes);
			Object actual;
			try {
				actual = ClientMessage.decode(bytes);
				understood++;
			}
			catch (MalformedMessageException ex) {
				actual = ex.isObject();
			}
			assertThat(actual).as("case %d: %s", i, new String(bytes, StandardCharsets.UTF_8)).isEqualTo(expected);
		}
		assertThat(understood).as("neither all right nor all wrong").isBetween(CASES / 20, CASES * 19 / 20);
	}

	/**
	 * Returns the message, or else whether the input is an object.
	 */
	private static Object naively(byte[] bytes) {
		JsonNode tree;
		try {
			String text = new String(bytes, StandardCharsets.UTF_8);
			if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
				return false;
			}
			tree = JSON.readTree(text);
		}
		catch (JacksonException ex) {
			return false;
		}
		if (!tree.isObject()) {
			return false;
		}
		try {
			JsonNode cursor = tree.get("cursor");
			JsonNode timeout = tree.get("timeout");
			JsonNode ping = tree.get("ping");
			return new ClientMessage(ids(tree.get("channels")), ids(tree.get("subscribe")),
					ids(tree.get("unsubscribe")), (cursor != null) ? Cursor.parse(text(cursor)) : null,
					from(tree.get("from"), true), from(tree.get("from"), false).keySet(),
					(timeout != null) ? duration(text(timeout)) : null, (ping != null) ? number(ping) : null,
					ids(tree.get("grants")));
		}
		catch (IllegalArgumentException | InvalidCursorException | DateTimeException ex) {
			return true;
		}
	}

	private static List<String> ids(@Nullable JsonNode node) {
		if (node == null) {
			return List.of();
		}
		if (!node.isArray()) {
			throw new IllegalArgumentException();
		}
		LinkedHashSet<String> ids = new LinkedHashSet<>();
		node.forEach((id) -> ids.add(text(id)));
		return List.copyOf(ids);
	}

	/**
	 * Returns the ids with valid cursors, or those with invalid ones.
	 */
	private static Map<String, Cursor> from(@Nullable JsonNode node, boolean valid) {
		Map<String, Cursor> from = new LinkedHashMap<>();
		if (node != null) {
			if (!node.isObject()) {
				throw new IllegalArgumentException();
			}
			for (Map.Entry<String, JsonNode> start : node.properties()) {
				List<String> ids = ids(start.getValue());
				Cursor cursor = cursor(start.getKey());
				if ((cursor != null) == valid) {
					ids.forEach((id) -> from.putIfAbsent(id, Objects.requireNonNullElse(cursor, Cursor.LATEST)));
				}
			}
		}
		return from;
	}

	private static @Nullable Cursor cursor(String token) {
		try {
			return Cursor.parse(token);
		}
		catch (InvalidCursorException ex) {
			return null;
		}
	}

	private static String text(JsonNode node) {
		if (!node.isString()) {
			throw new IllegalArgumentException();
		}
		return node.stringValue();
	}

	private static Duration duration(String text) {
		Duration duration = Duration.parse(text);
		if (duration.isNegative()) {
			throw new IllegalArgumentException();
		}
		return duration;
	}

	private static long number(JsonNode node) {
		if (!node.isIntegralNumber() || !node.canConvertToLong()) {
			throw new IllegalArgumentException();
		}
		return node.longValue();
	}

	private byte[] generate() {
		StringBuilder json = new StringBuilder("{");
		List<String> names = new ArrayList<>(NAMES);
		java.util.Collections.shuffle(names, this.random);
		int members = this.random.nextInt(5);
		for (int i = 0; i < members; i++) {
			json.append((i > 0) ? "," : "")
				.append(space())
				.append('"')
				.append(names.get(i))
				.append('"')
				.append(space());
			json.append(':').append(space()).append((this.random.nextInt(6) > 0) ? fitting(names.get(i)) : value(3));
		}
		byte[] bytes = json.append(space()).append('}').toString().getBytes(StandardCharsets.UTF_8);
		return (this.random.nextInt(4) == 0) ? spoil(bytes) : bytes;
	}

	private byte[] spoil(byte[] bytes) {
		return switch (this.random.nextInt(4)) {
			case 0 -> Arrays.copyOf(bytes, this.random.nextInt(bytes.length));
			case 1 -> {
				bytes[this.random.nextInt(bytes.length)] = (byte) this.random.nextInt(256);
				yield bytes;
			}
			case 2 -> (new String(bytes, StandardCharsets.UTF_8) + pick(" ", "x", "{}", "\n", ",", "\"", "/**/"))
				.getBytes(StandardCharsets.UTF_8);
			default -> value(4).getBytes(StandardCharsets.UTF_8);
		};
	}

	private String fitting(String name) {
		return switch (name) {
			case "channels", "subscribe", "unsubscribe", "grants" -> {
				List<String> ids = new ArrayList<>();
				for (int i = this.random.nextInt(4); i > 0; i--) {
					ids.add(string());
				}
				yield "[" + String.join(space() + ",", ids) + "]";
			}
			case "from" -> "{\"" + pick("latest", "earliest", "AQ", "!", token()) + "\":" + fitting("channels") + ",\""
					+ OTHER_TOKEN + "\":" + pick("[]", "[\"a\"]", "[7]", "\"a\"") + "}";
			case "cursor" -> pick("\"latest\"", "\"earliest\"", "\"AQ\"", "\"AQ==\"", "\"" + token() + "\"",
					"\"" + token() + "A\"", "\"\"");
			case "timeout" -> pick("\"PT10S\"", "\"PT0S\"", "\"PT-1S\"", "\"P1D\"", "\"10\"", "\"pt1.25s\"", "\"P\"");
			case "ping" -> pick("0", "-1", "9223372036854775807", "9223372036854775808", "1.0", "1e2", "01", "-0");
			default -> value(3);
		};
	}

	private String token() {
		return Cursor.of(Map.of("a" + this.random.nextInt(9), new Position(1 + this.random.nextInt(99), 5))).token();
	}

	private String value(int depth) {
		return switch (this.random.nextInt((depth > 0) ? 8 : 6)) {
			case 0 -> string();
			case 1 -> pick("1", "-7", "3.5", "1e5", "123456789012345678901234567890", "-", "+1", "NaN");
			case 2 -> pick("true", "false", "nul", "TRUE");
			case 3 -> "null";
			case 4 -> pick("[]", "{}", "[null]", "[[]]", "", "'a'");
			case 5 -> "\"" + token() + "\"";
			case 6 -> "[" + value(depth - 1) + "," + value(depth - 1) + "]";
			default -> "{" + string() + ":" + value(depth - 1) + ",\"channels\":" + value(depth - 1) + "}";
		};
	}

	private String string() {
		return "\"" + pick("a", "b", "c", "", " ", "é", "\uD83D\uDE00", "\\u0041", "\\uD83D", "\\n", "\\\"", "\\x",
				"a\\/b", "\u0001") + pick("", "", "1", "2") + "\"";
	}

	private String space() {
		return pick("", "", "", " ", "\n", "\t", "\r\n");
	}

	private String pick(String... choices) {
		return choices[this.random.nextInt(choices.length)];
	}

}
