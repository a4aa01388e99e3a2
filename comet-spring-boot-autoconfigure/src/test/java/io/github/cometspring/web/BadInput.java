package io.github.cometspring.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Generates valid, almost valid and invalid input of clients: messages in JSON and query
 * strings.
 */
final class BadInput {

	/** JSON strings, without quotes. */
	private static final List<String> IDS = List.of("a", "b", "unknown", "no id!", "", "é", "日/本", "\\ud83d\\ude00",
			"\\ud800", "\\udc00x", "\\u0000", "a\\nb", "a:b", "a%", "ENDED_CHANNEL", "../..", "\\\"", "\\u00e9",
			"x".repeat(128), "x".repeat(129));

	private static final List<String> TIMEOUTS = List.of("\"PT0S\"", "\"PT10S\"", "\"PT-1S\"", "\"P1D\"",
			"\"PT1M2.3S\"", "\"PT999999999999999999S\"", "\"10\"", "\"soon\"", "10", "\"pt1s\"",
			"\"PT2562047788015215H\"");

	private static final List<String> VALUES = List.of("null", "true", "7", "-1", "-0", "1.5", "1e3", "1e400",
			"99999999999999999999", "-9223372036854775808", "9223372036854775807", "9223372036854775808",
			"1".repeat(400), "0.".concat("0".repeat(300)), "\"\"", "\"a\"", "\"7\"", "[]", "{}", "[[]]", "[null]",
			"[1]", "[\"a\",1]", "{\"a\":[\"b\"]}", "{\"AQ\":[\"a\"]}", "{\"latest\":\"a\"}", "\"\\ud800\"",
			"\"\\u0000\"", "[{\"subscribe\":[\"a\"]}]");

	private static final List<String> FRAGMENTS = List.of("{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\u12",
			"\\x", "null", "nul", "NaN", "Infinity", "'a'", "/*", "//", "#", "0x1", "01", "+1", "1.", ".5", "-",
			"\u0000", "\u0001", "\t", "\n", "\r", " ", "\u007f", "\u0080", "\u2028", "\ufeff", "\ud83d\ude00",
			"{\"ping\":1}", "\"subscribe\":", "\"ping\":1,", "e", "é");

	/**
	 * Byte sequences, in Latin-1: invalid UTF-8, and control characters.
	 */
	private static final List<String> BYTES = List.of("\u0000", "\u0080", "\u00c0\u0080", "\u00c3", "\u00e2\u0082",
			"\u00ed\u00a0\u0080", "\u00ed\u00a0\u0080\u00ed\u00b0\u0080", "\u00e0\u0080\u00af",
			"\u00f0\u0080\u0080\u0080", "\u00f4\u0090\u0080\u0080", "\u00f8\u0088\u0080\u0080\u0080", "\u00fe",
			"\u00ff", "\"", "\\");

	private static final List<String> QUERY = List.of("channel", "cursor", "from", "=", "&", "channel=a", "channel=b",
			"channel=unknown", "&channel=", "channel=%20", "%", "%zz", "%4", "%00", "%0A", "%0D%0A", "%C3%A9", "%E9",
			"%ED%A0%80", "%FF", "%uD83D", "%26", "%3D", "+", ":", "a:b", ",", ";", "/", "?", "@", "!", "'", "(", "{",
			"}", "[", "]", "|", "\\", "^", "`", "\"", "<", ">", "~", "é", "\u00ff", "\u0080", "cursor=latest",
			"cursor=earliest", "cursor=AQ", "cursor=", "from=AQ:a", "from=latest:a,b", "from=:a", "from=AQ", "x=y", "a",
			"b");

	private final Random random;

	private final List<String> tokens;

	/**
	 * Creates a source.
	 * @param random the source of randomness
	 * @param cursor a cursor of the server
	 */
	BadInput(Random random, String cursor) {
		this.random = random;
		this.tokens = List.of("latest", "earliest", "AQ", cursor, "latest", "earliest", cursor, "AQ", "LATEST", "", "!",
				"AQ==", "=", "é", "\\ud800", "\\u0000", cursor, cursor + "A", cursor.substring(1),
				cursor.substring(0, cursor.length() - 1), cursor + cursor, cursor + "=", "A".repeat(22),
				"A".repeat(1000));
	}

	boolean oneIn(int n) {
		return this.random.nextInt(n) == 0;
	}

	int below(int n) {
		return this.random.nextInt(n);
	}

	byte[] bytes(int length) {
		byte[] bytes = new byte[length];
		this.random.nextBytes(bytes);
		return bytes;
	}

	/**
	 * A message, such as the body of a poll or the payload of a text frame.
	 * @param tooBig the size of a message that is too big
	 * @return its bytes
	 */
	byte[] message(int tooBig) {
		String text = object();
		if (oneIn(40)) {
			text = nested();
		}
		else if (oneIn(100)) {
			text = text.replaceFirst("[{]", "{\"x\":\"" + "x".repeat(tooBig) + "\",");
		}
		else if (oneIn(100)) {
			text = pick(VALUES);
		}
		int mutations = oneIn(2) ? 0 : below(4);
		for (int i = 0; i < mutations; i++) {
			text = mutate(text);
		}
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		return oneIn(10) ? corrupt(bytes) : bytes;
	}

	/**
	 * The query string of a stream, with one char for each byte.
	 */
	String query() {
		StringBuilder query = new StringBuilder(oneIn(3) ? "" : "channel=");
		query.append(some(8, () -> pick(QUERY), ""));
		if (oneIn(2)) {
			query = new StringBuilder("channel=a").append(some(4, () -> "&channel=" + pick(QUERY), ""));
		}
		if (oneIn(4)) {
			query.append("&cursor=").append(pick(this.tokens).replace("\\", "%5C"));
		}
		if (oneIn(8)) {
			query.append("&from=").append(pick(this.tokens).replace("\\", "%5C")).append(":a");
		}
		return new String(query.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
	}

	private String object() {
		List<String> members = new ArrayList<>();
		if (oneIn(3)) {
			members.add("\"channels\":" + ids());
		}
		for (int i = below(4); i >= 0; i--) {
			members.add(switch (below(9)) {
				case 0, 1 -> "\"channels\":" + orAny(this::ids);
				case 2, 3 -> "\"subscribe\":" + orAny(this::ids);
				case 4 -> "\"unsubscribe\":" + orAny(this::ids);
				case 5 -> "\"cursor\":" + orAny(this::token);
				case 6 -> "\"ping\":" + orAny(() -> String.valueOf(below(1000)));
				case 7 -> oneIn(2) ? "\"timeout\":" + orAny(() -> pick(TIMEOUTS))
						: "\"from\":" + orAny(() -> "{" + token() + ":" + ids() + "}");
				default -> "\"" + pick(IDS) + "\":" + pick(VALUES);
			});
		}
		return "{" + String.join(",", members) + "}";
	}

	private String orAny(Supplier<String> value) {
		return oneIn(12) ? pick(VALUES) : value.get();
	}

	private String ids() {
		return "[" + some(4, () -> "\"" + pick(IDS) + "\"", ",") + "]";
	}

	private String token() {
		return "\"" + pick(this.tokens) + "\"";
	}

	private String nested() {
		int depth = 1 + below(800);
		return oneIn(2) ? "{\"x\":" + "[".repeat(depth) + "]".repeat(oneIn(4) ? below(depth) : depth) + "}"
				: "{\"a\":".repeat(depth / 4) + "1" + "}".repeat(depth / 4);
	}

	private String mutate(String text) {
		int at = below(text.length() + 1);
		int end = at + below(Math.min(20, text.length() - at) + 1);
		String fragment = oneIn(2) ? pick(FRAGMENTS) : pick(VALUES);
		return switch (below(5)) {
			case 0 -> text.substring(0, at) + text.substring(end);
			case 1 -> text.substring(0, at) + fragment + text.substring(at);
			case 2 -> text.substring(0, at) + fragment + text.substring(end);
			case 3 -> text.substring(0, end) + text.substring(at);
			default -> text.substring(0, at);
		};
	}

	private byte[] corrupt(byte[] bytes) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		int at = below(bytes.length + 1);
		out.write(bytes, 0, at);
		out.writeBytes(oneIn(4) ? bytes(1) : pick(BYTES).getBytes(StandardCharsets.ISO_8859_1));
		out.write(bytes, at, bytes.length - at);
		return out.toByteArray();
	}

	private String some(int most, Supplier<String> part, String separator) {
		return Stream.generate(part).limit(below(most + 1)).collect(Collectors.joining(separator));
	}

	private <T> T pick(List<T> list) {
		return list.get(below(list.size()));
	}

}
