package io.github.cometspring.netty;

import io.github.cometspring.web.PublishPolicy;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The publications that the fast path serves: those that present a key, and no header
 * that browsers add. All others are left to the server, which refuses most of them.
 * <p>
 * Thread-safe.
 */
final class PlainPublications implements PollPath {

	private static final AsciiString FETCH_SITE = AsciiString.cached("Sec-Fetch-Site");

	private final String path;

	private final PublishPolicy policy;

	private final int maxBodySize;

	private final NettyClientSockets sockets;

	/**
	 * Creates the publications of one endpoint.
	 * @param path the path of the endpoint on the server, literal
	 * @param policy the policy of publications
	 * @param maxBodySize the size of the largest request body, in bytes
	 * @param sockets the sockets of publishers
	 */
	PlainPublications(String path, PublishPolicy policy, int maxBodySize, NettyClientSockets sockets) {
		this.path = path;
		this.policy = policy;
		this.maxBodySize = maxBodySize;
		this.sockets = sockets;
	}

	int maxBodySize() {
		return this.maxBodySize;
	}

	/**
	 * Whether a request is for this endpoint, as its address says.
	 */
	boolean areAt(String uri) {
		int length = this.path.length();
		return uri.startsWith(this.path) && (uri.length() == length || uri.charAt(length) == '?') && isPlain(uri);
	}

	/**
	 * Whether an address has nothing that the server might understand in another way.
	 */
	private static boolean isPlain(String uri) {
		for (int i = 0; i < uri.length(); i++) {
			char c = uri.charAt(i);
			boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
					|| "/?=&.-_~@".indexOf(c) >= 0;
			// The server refuses an address with half an escape, wherever it stands.
			if (!plain && !PlainQuery.isEscape(uri, i)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The beginning of a request, if it can be served, as far as its further headers
	 * show.
	 * @param request the head of the request
	 * @return the request with the key that it presents, or {@code null} if it is left to
	 * the server
	 */
	@Nullable ArrivingRequest arriving(HttpRequest request) {
		HttpHeaders headers = request.headers();
		if (headers.contains(HttpHeaderNames.ORIGIN) || headers.contains(FETCH_SITE)) {
			return null;
		}
		String key = this.policy.admit((name) -> ArrivingRequest.values(headers, name));
		return (key != null) ? new ArrivingRequest(this, key, request) : null;
	}

	@Override
	public HeldRequest newPoll(ArrivingRequest arriving, FastPathHandler handler, ChannelHandlerContext context) {
		return new FastPublication(this.policy, this.sockets.loop(context.channel()), handler);
	}

	/**
	 * The query of an address.
	 * @return the query as it came over the wire, perhaps empty
	 */
	static String query(String uri) {
		int at = uri.indexOf('?');
		return (at >= 0) ? uri.substring(at + 1) : "";
	}

}
