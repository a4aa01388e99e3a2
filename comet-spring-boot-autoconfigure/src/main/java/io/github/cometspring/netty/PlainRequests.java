package io.github.cometspring.netty;

import java.util.List;
import java.util.Set;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.CometWebSocketHandler;
import io.github.cometspring.web.PollTerms;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the requests that the fast path serves: polls of the endpoint, and requests
 * for a stream, with none but plain values in the headers that the server itself reads.
 * The server refuses a request if it cannot read one of them, so a request with any other
 * value is left to the server.
 * <p>
 * Thread-safe.
 */
final class PlainRequests {

	// Any number of nine digits is an int.
	private static final int MOST_DIGITS_OF_LENGTH = 9;

	// Five digits may be more than the largest port, which the server refuses.
	private static final int MOST_DIGITS_OF_PORT = 4;

	private static final int MOST_DIGITS_OF_OWN_PORT = 5;

	private static final int HANDSHAKE_KEY_LENGTH = 24;

	/**
	 * How clients ask for an upgrade; the last one is Firefox.
	 */
	private static final Set<String> UPGRADES = Set.of("Upgrade", "upgrade", "keep-alive, Upgrade");

	private static final String EVENTS = "text/event-stream";

	private final String path;

	private final Set<Transport> streams;

	private final List<PollTerms> polls;

	private final int maxBodySize;

	private volatile boolean forwarded;

	private volatile @Nullable PlainPublications publications;

	/**
	 * Creates the checks of one endpoint.
	 * @param path the path of the endpoint on the server, literal
	 * @param polls the terms of the dialects that are switched on
	 * @param maxBodySize the size of the largest request body, in bytes
	 * @param streams the streaming transports that are served
	 */
	PlainRequests(String path, List<PollTerms> polls, int maxBodySize, Set<Transport> streams) {
		this.path = path;
		this.streams = streams;
		this.polls = polls;
		this.maxBodySize = maxBodySize;
	}

	/**
	 * Records whether the server or the application believes the forwarding headers of
	 * proxies.
	 */
	void setForwarded(boolean forwarded) {
		this.forwarded = forwarded;
	}

	/**
	 * Recognises publications, too.
	 */
	void setPublications(PlainPublications publications) {
		this.publications = publications;
	}

	/**
	 * The beginning of a request that can be served, as far as its head shows.
	 * @param request the head of the request
	 * @return the request, or {@code null} if it is left to the server
	 */
	@Nullable ArrivingRequest arriving(HttpRequest request) {
		PollTerms terms = terms(request);
		if (terms != null) {
			return new ArrivingRequest(terms, request);
		}
		if (isStream(request)) {
			return new ArrivingRequest(request);
		}
		PlainPublications publications = this.publications;
		return (publications != null && publications.areAt(request.uri())
				&& isPlain(request, publications.maxBodySize())) ? publications.arriving(request) : null;
	}

	private boolean isPlain(HttpRequest request, int maxBodySize) {
		return HttpMethod.POST.equals(request.method()) && request.decoderResult().isSuccess() && isPersistent(request)
				&& hasPlainBody(request.headers(), maxBodySize) && !isHandshake(request) && isPlain(request.headers());
	}

	/**
	 * The terms on which a request can be served, as far as its head shows.
	 * @param request the head of the request
	 * @return the terms of its dialect, or {@code null} if it is left to the server
	 */
	@Nullable PollTerms terms(HttpRequest request) {
		HttpHeaders headers = request.headers();
		if (this.polls.isEmpty() || !this.path.equals(request.uri()) || !isPlain(request, this.maxBodySize)) {
			return null;
		}
		List<String> contentTypes = headers.getAll(HttpHeaderNames.CONTENT_TYPE);
		if (contentTypes.size() != 1) {
			return null;
		}
		for (PollTerms terms : this.polls) {
			if (terms.codec().speaks(contentTypes.get(0))) {
				return terms;
			}
		}
		return null;
	}

	/**
	 * Whether a request for an event stream or a WebSocket can be served, as far as its
	 * head shows.
	 * @param request the head of the request
	 * @return {@code false} if it is left to the server
	 */
	boolean isStream(HttpRequest request) {
		if (!HttpMethod.GET.equals(request.method()) || this.streams.isEmpty()
				|| !request.uri().startsWith(this.path)) {
			return false;
		}
		HttpHeaders headers = request.headers();
		boolean own = isHandshake(request) ? isPlainHandshake(request) : isPlainEventStream(request);
		return own && request.decoderResult().isSuccess() && isPersistent(request) && !hasBody(headers)
				&& !headers.contains(HttpHeaderNames.CONTENT_TYPE) && isPlain(headers);
	}

	/**
	 * Whether a request for a stream is the handshake of a WebSocket.
	 */
	static boolean isHandshake(HttpRequest request) {
		return request.headers().contains(HttpHeaderNames.UPGRADE);
	}

	private boolean isPlainEventStream(HttpRequest request) {
		return this.streams.contains(Transport.SSE) && request.uri().startsWith("?", this.path.length())
				&& request.headers().getAll(HttpHeaderNames.ACCEPT).equals(List.of(EVENTS))
				&& PlainQuery.isPlain(request.uri(), this.path.length() + 1);
	}

	private boolean isPlainHandshake(HttpRequest request) {
		HttpHeaders headers = request.headers();
		return this.streams.contains(Transport.WEBSOCKET) && request.uri().equals(this.path)
				&& isOne(headers, HttpHeaderNames.UPGRADE, "websocket") && asksForUpgrade(headers)
				&& isOne(headers, HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13") && hasPlainKey(headers)
				&& (!headers.contains(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL) || offersOwnProtocol(headers))
				&& isFromOwnPage(headers);
	}

	private static boolean isOne(HttpHeaders headers, CharSequence name, String value) {
		List<String> values = headers.getAll(name);
		return values.size() == 1 && value.equalsIgnoreCase(values.get(0));
	}

	private static boolean asksForUpgrade(HttpHeaders headers) {
		List<String> values = headers.getAll(HttpHeaderNames.CONNECTION);
		return values.size() == 1 && UPGRADES.contains(values.get(0));
	}

	private static boolean hasPlainKey(HttpHeaders headers) {
		List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
		return keys.size() == 1 && keys.get(0).length() == HANDSHAKE_KEY_LENGTH;
	}

	/**
	 * Whether the only subprotocol is ours, exactly so. One with a token is another.
	 */
	private static boolean offersOwnProtocol(HttpHeaders headers) {
		return headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)
			.equals(List.of(CometWebSocketHandler.SUBPROTOCOL));
	}

	private boolean isFromOwnPage(HttpHeaders headers) {
		List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
		// Behind a proxy, the server works out its own name.
		return origins.isEmpty()
				|| (!this.forwarded && CometWebSocketHandler.isOwnPage(origins, headers.get(HttpHeaderNames.HOST)));
	}

	private static boolean hasBody(HttpHeaders headers) {
		return headers.contains(HttpHeaderNames.CONTENT_LENGTH) || headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
	}

	private boolean isPlain(HttpHeaders headers) {
		return !headers.contains(HttpHeaderNames.EXPECT) && !headers.contains(HttpHeaderNames.CONTENT_ENCODING)
				&& hasPlainHost(headers) && (!this.forwarded || hasPlainForwarding(headers));
	}

	private static boolean hasPlainBody(HttpHeaders headers, int maxBodySize) {
		String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
		return length != null && isNumber(length, 0, MOST_DIGITS_OF_LENGTH) && Integer.parseInt(length) <= maxBodySize
				&& !headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
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
