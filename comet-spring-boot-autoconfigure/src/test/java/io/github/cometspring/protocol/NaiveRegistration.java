package io.github.cometspring.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The decoding rules of the legacy dialect once more, as short as possible and without
 * regard to speed.
 */
final class NaiveRegistration {

	private static final Pattern TOKEN = Pattern.compile("%u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})|([\\x00-\\xff])");

	private NaiveRegistration() {
	}

	static List<String> decode(byte[] body) {
		return Stream.of(latin1(body).split("&"))
			.map((pair) -> (pair + "=").split("=", 2))
			.filter((pair) -> unescape(pair[0]).equals("registration"))
			// Without the '=' that was appended, so that a pair has two parts
			.map((pair) -> pair[1].replaceFirst("=\\z", ""))
			.flatMap((value) -> Stream.of(unescape(value).replace("\r\n", "\n").split("\n")))
			.filter((id) -> !id.isEmpty())
			.distinct()
			.toList();
	}

	private static String unescape(String escaped) {
		StringBuilder units = new StringBuilder();
		ByteArrayOutputStream stretch = new ByteArrayOutputStream();
		for (MatchResult token : TOKEN.matcher(escaped).results().toList()) {
			if (token.group(1) != null) {
				units.append(text(stretch)).append((char) Integer.parseInt(token.group(1), 16));
			}
			else if (token.group(2) != null) {
				stretch.write(Integer.parseInt(token.group(2), 16));
			}
			else {
				stretch.write(token.group(3).replace('+', ' ').charAt(0));
			}
		}
		return withoutLoneSurrogates(units.append(text(stretch)).toString());
	}

	private static String text(ByteArrayOutputStream stretch) {
		byte[] bytes = stretch.toByteArray();
		stretch.reset();
		String utf8 = new String(bytes, StandardCharsets.UTF_8);
		return Arrays.equals(utf8.getBytes(StandardCharsets.UTF_8), bytes) ? utf8 : latin1(bytes);
	}

	static String withoutLoneSurrogates(String text) {
		return text.replaceAll("\\p{IsCs}", "\uFFFD");
	}

	private static String latin1(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

}
