package io.github.cometspring.netty;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * Looks whether the headers that the server itself reads are of the plain kind. It
 * refuses what it cannot make out in them, and the fast path must not know better.
 */
final class PlainHeaders {

	// A larger port than there are may be refused.
	private static final int MOST_DIGITS_OF_PORT = 4;

	private static final int MOST_DIGITS_OF_OWN_PORT = 5;

	private PlainHeaders() {
	}

	/**
	 * Whether the host is a name or an address of the fourth version, perhaps with a
	 * port.
	 */
	static boolean haveHost(HttpHeaders headers) {
		String host = headers.get(HttpHeaderNames.HOST);
		if (host == null) {
			return false;
		}
		int colon = host.indexOf(':');
		return isHost(host, (colon >= 0) ? colon : host.length())
				&& (colon < 0 || isNumber(host, colon + 1, MOST_DIGITS_OF_OWN_PORT));
	}

	/**
	 * Whether proxies have added nothing but what they mostly add.
	 */
	static boolean haveForwarding(HttpHeaders headers) {
		String host = headers.get("X-Forwarded-Host");
		String addresses = headers.get("X-Forwarded-For");
		String port = headers.get("X-Forwarded-Port");
		String protocol = headers.get("X-Forwarded-Proto");
		return !headers.contains("Forwarded") && !headers.contains("X-Forwarded-Prefix")
				&& (host == null || isHost(host, host.length()))
				&& (addresses == null || isHost(addresses, firstOf(addresses)))
				&& (port == null || isNumber(port, 0, MOST_DIGITS_OF_PORT))
				&& (protocol == null || protocol.equals("https") || protocol.equals("http"));
	}

	// The server reads no more than the first.
	private static int firstOf(String list) {
		int comma = list.indexOf(',');
		return (comma >= 0) ? comma : list.length();
	}

	private static boolean isHost(String text, int end) {
		for (int i = 0; i < end; i++) {
			char c = text.charAt(i);
			if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '.' || c == '-')) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Whether a text is a number from a place on.
	 * @param text the text
	 * @param start where the number begins
	 * @param mostDigits how many digits it may have
	 * @return {@code true} if there are digits, and nothing else
	 */
	static boolean isNumber(String text, int start, int mostDigits) {
		for (int i = start; i < text.length(); i++) {
			if (!isDigit(text.charAt(i))) {
				return false;
			}
		}
		return text.length() > start && text.length() - start <= mostDigits;
	}

	private static boolean isDigit(char c) {
		return c >= '0' && c <= '9';
	}

}
