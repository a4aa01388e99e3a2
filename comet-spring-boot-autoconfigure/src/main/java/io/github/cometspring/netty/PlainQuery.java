package io.github.cometspring.netty;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The query of a request for an event stream, where it is plain: none but the parameters
 * of the protocol, each with an equals sign, and none but characters that an address may
 * have. Spring reads it to the same values. All else is left to Spring.
 */
final class PlainQuery {

	private static final Set<String> NAMES = Set.of("channel", "cursor", "from", "lastEventId", "format", "event");

	private static final String MARKS = "-._~@/:,";

	private PlainQuery() {
	}

	/**
	 * Whether a query is plain.
	 * @param uri the address of the request
	 * @param start where the query begins
	 * @return {@code false} if Spring has to read it
	 */
	static boolean isPlain(String uri, int start) {
		int at = start;
		while (true) {
			int equals = uri.indexOf('=', at);
			if (equals < 0 || !NAMES.contains(uri.substring(at, equals))) {
				return false;
			}
			int end = endOfValue(uri, equals + 1);
			if (end == uri.length()) {
				return true;
			}
			if (uri.charAt(end) != '&') {
				return false;
			}
			at = end + 1;
		}
	}

	/**
	 * The end of a value: of the address, or the first character that no plain value has.
	 */
	private static int endOfValue(String uri, int start) {
		int at = start;
		while (at < uri.length()) {
			char c = uri.charAt(at);
			if (isEscape(uri, at)) {
				at += 3;
			}
			else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
					|| MARKS.indexOf(c) >= 0) {
				at++;
			}
			else {
				break;
			}
		}
		return at;
	}

	/**
	 * Whether a character of an address begins an escape that is complete.
	 */
	static boolean isEscape(String uri, int index) {
		return uri.charAt(index) == '%' && isHex(uri, index + 1) && isHex(uri, index + 2);
	}

	private static boolean isHex(String text, int index) {
		return index < text.length() && text.charAt(index) < 128 && Character.digit(text.charAt(index), 16) >= 0;
	}

	/**
	 * Reads a plain query.
	 * @param uri the address of the request
	 * @param start where the query begins
	 * @return the values, decoded, by their names
	 */
	static Map<String, List<String>> parse(String uri, int start) {
		Map<String, List<String>> parameters = new HashMap<>(4);
		for (int at = start; at <= uri.length();) {
			int equals = uri.indexOf('=', at);
			int end = uri.indexOf('&', equals);
			end = (end >= 0) ? end : uri.length();
			String value = uri.substring(equals + 1, end);
			parameters.computeIfAbsent(uri.substring(at, equals), (name) -> new ArrayList<>(2))
				.add((value.indexOf('%') >= 0) ? URLDecoder.decode(value, StandardCharsets.UTF_8) : value);
			at = end + 1;
		}
		return parameters;
	}

}
