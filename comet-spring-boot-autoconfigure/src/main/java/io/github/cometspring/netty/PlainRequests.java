package io.github.cometspring.netty;

import java.util.List;

import io.github.cometspring.web.PollTerms;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the requests that the fast path serves: polls of the endpoint, with none but
 * plain values in the headers that the server itself reads. The server refuses a request
 * if it cannot read one of them, so a request with any other value is left to the server.
 * <p>
 * Thread-safe.
 */
final class PlainRequests {

	// More digits are no length of a plain request.
	private static final int MOST_DIGITS_OF_LENGTH = 9;

	// A larger port than there are may be refused.
	private static final int MOST_DIGITS_OF_PORT = 4;

	private static final int MOST_DIGITS_OF_OWN_PORT = 5;

	private final String path;

	private final List<PollTerms> polls;

	private final int maxBodySize;

	private volatile boolean forwarded;

	/**
	 * Creates the checks of one endpoint.
	 * @param path the path of the endpoint on the server, literal
	 * @param polls the terms of the dialects that are switched on
	 * @param maxBodySize the size of the largest request body, in bytes
	 */
	PlainRequests(String path, List<PollTerms> polls, int maxBodySize) {
		this.path = path;
		this.polls = polls;
		this.maxBodySize = maxBodySize;
	}

	/**
	 * Records whether the server believes the forwarding headers of proxies.
	 */
	void setForwarded(boolean forwarded) {
		this.forwarded = forwarded;
	}

	boolean areForwarded() {
		return this.forwarded;
	}

	/**
	 * The terms on which a request can be served, as far as its head shows.
	 * @param request the head of the request
	 * @return the terms of its dialect, or {@code null} if it is left to the server
	 */
	@Nullable PollTerms terms(HttpRequest request) {
		HttpHeaders headers = request.headers();
		if (this.polls.isEmpty() || !HttpMethod.POST.equals(request.method()) || !this.path.equals(request.uri())
				|| !request.decoderResult().isSuccess() || !isPersistent(request) || !hasPlainBody(headers)
				|| !isPlain(headers)) {
			return null;
		}
		List<String> contentTypes = headers.getAll(HttpHeaderNames.CONTENT_TYPE);
		if (contentTypes.size() != 1) {
			return null;
		}
		for (PollTerms terms : this.polls) {
			if (terms.dialect().speaks(contentTypes.get(0))) {
				return terms;
			}
		}
		return null;
	}

	private boolean isPlain(HttpHeaders headers) {
		return !headers.contains(HttpHeaderNames.EXPECT) && !headers.contains(HttpHeaderNames.UPGRADE)
				&& !headers.contains(HttpHeaderNames.CONTENT_ENCODING) && hasPlainHost(headers)
				&& (!this.forwarded || hasPlainForwarding(headers));
	}

	private boolean hasPlainBody(HttpHeaders headers) {
		String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
		return length != null && isNumber(length, 0, MOST_DIGITS_OF_LENGTH)
				&& Integer.parseInt(length) <= this.maxBodySize && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
	}

	/**
	 * Whether the connection stays open when a request has been answered.
	 * @param request the head of the request
	 * @return {@code true} for HTTP/1.1, unless the client wants it closed
	 */
	static boolean isPersistent(HttpRequest request) {
		return HttpVersion.HTTP_1_1.equals(request.protocolVersion()) && HttpUtil.isKeepAlive(request);
	}

	/**
	 * Whether the host is a name or an IPv4 address, perhaps with a port.
	 */
	private static boolean hasPlainHost(HttpHeaders headers) {
		String host = headers.get(HttpHeaderNames.HOST);
		if (host == null) {
			return false;
		}
		int colon = host.indexOf(':');
		return isHost(host, (colon >= 0) ? colon : host.length())
				&& (colon < 0 || isNumber(host, colon + 1, MOST_DIGITS_OF_OWN_PORT));
	}

	/**
	 * Whether the forwarding headers, if any, have the usual form.
	 */
	private static boolean hasPlainForwarding(HttpHeaders headers) {
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
	 * Whether a text is a number from an index on.
	 * @param text the text
	 * @param start where the number begins
	 * @param mostDigits how many digits it may have
	 * @return {@code true} if there are digits, and nothing else
	 */
	private static boolean isNumber(String text, int start, int mostDigits) {
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
