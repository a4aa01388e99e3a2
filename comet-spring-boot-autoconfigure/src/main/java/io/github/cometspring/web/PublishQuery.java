package io.github.cometspring.web;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/**
 * Reads the channels in the query of a publication. Both paths read the query as it came
 * over the wire, so that they cannot understand it differently. Stateless.
 */
final class PublishQuery {

	private static final String CHANNEL = "channel";

	private static final int HEXADECIMAL = 16;

	private PublishQuery() {
	}

	/**
	 * The values of the parameters {@code channel}.
	 * @param query the query as it came over the wire, or {@code null} if there is none
	 * @param most how many are read: one more is enough to refuse them
	 * @return the ids, valid or not, perhaps none
	 * @throws RefusedRequestException if a value cannot be decoded
	 */
	static List<String> channels(@Nullable String query, int most) {
		if (query == null || query.isEmpty()) {
			return List.of();
		}
		List<String> channels = new ArrayList<>(1);
		int at = 0;
		while (at <= query.length() && channels.size() <= most) {
			int end = query.indexOf('&', at);
			end = (end >= 0) ? end : query.length();
			int equals = query.indexOf('=', at);
			if (equals >= 0 && equals < end && isChannel(query, at, equals)) {
				channels.add(decode(query.substring(equals + 1, end)));
			}
			at = end + 1;
		}
		return channels;
	}

	/**
	 * Whether a name is that of the parameter, perhaps with escapes, which it seldom has.
	 */
	private static boolean isChannel(String query, int start, int end) {
		return (end - start == CHANNEL.length() && query.startsWith(CHANNEL, start))
				|| decode(query.substring(start, end)).equals(CHANNEL);
	}

	private static String decode(String text) {
		if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
			return text;
		}
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '%') {
				if (i + 2 >= text.length()) {
					throw malformed();
				}
				int high = Character.digit(text.charAt(i + 1), HEXADECIMAL);
				int low = Character.digit(text.charAt(i + 2), HEXADECIMAL);
				if (high < 0 || low < 0) {
					throw malformed();
				}
				bytes.write(high * HEXADECIMAL + low);
				i += 2;
			}
			else {
				bytes.writeBytes(String.valueOf((c == '+') ? ' ' : c).getBytes(StandardCharsets.UTF_8));
			}
		}
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
		}
		catch (CharacterCodingException ex) {
			throw malformed();
		}
	}

	private static RefusedRequestException malformed() {
		return new RefusedRequestException(HttpStatus.BAD_REQUEST, "Malformed query");
	}

}
