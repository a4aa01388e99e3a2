package io.github.cometspring.netty;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.cometspring.web.PollTerms;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * A request for the fast path of which not all parts may have arrived: of a poll, a
 * stream, a WebSocket or a publisher. Owns its messages, from the head on. As a function,
 * it maps the name of a header to its values. Belongs to the event loop of its
 * connection.
 */
final class ArrivingRequest implements Function<String, List<String>> {

	private final @Nullable PollTerms terms;

	/**
	 * The path of a request that is not served as all polls and streams are.
	 */
	private final @Nullable PollPath path;

	/**
	 * The name of the key that a publisher presents.
	 */
	private final @Nullable String key;

	private final HttpRequest head;

	private final List<Object> messages = new ArrayList<>(2);

	ArrivingRequest(PollTerms terms, HttpRequest head) {
		this(terms, null, null, head);
	}

	/**
	 * A request for a stream.
	 */
	ArrivingRequest(HttpRequest head) {
		this(null, null, null, head);
	}

	/**
	 * The request of a publisher, which is answered in the same way as a poll.
	 */
	ArrivingRequest(PollPath path, String key, HttpRequest head) {
		this(null, path, key, head);
	}

	/**
	 * A poll that a path of its own serves.
	 */
	ArrivingRequest(PollTerms terms, PollPath path, HttpRequest head) {
		this(terms, path, null, head);
	}

	private ArrivingRequest(@Nullable PollTerms terms, @Nullable PollPath path, @Nullable String key,
			HttpRequest head) {
		this.terms = terms;
		this.path = path;
		this.key = key;
		this.head = head;
		this.messages.add(head);
	}

	/**
	 * The terms of its dialect.
	 * @return the terms, or {@code null} if it is no poll
	 */
	@Nullable PollTerms terms() {
		return this.terms;
	}

	/**
	 * The path that serves it.
	 * @param otherwise the path of polls and streams
	 */
	PollPath path(PollPath otherwise) {
		return (this.path != null) ? this.path : otherwise;
	}

	/**
	 * The name of the key that a publisher presents.
	 * @return the name, or {@code null} if it is not the request of a publisher
	 */
	@Nullable String key() {
		return this.key;
	}

	HttpRequest head() {
		return this.head;
	}

	@Override
	public List<String> apply(String header) {
		return values(this.head.headers(), header);
	}

	/**
	 * The values of a header. Most requests have none that is asked for in this way.
	 */
	static List<String> values(HttpHeaders headers, String name) {
		return headers.contains(name) ? headers.getAll(name) : List.of();
	}

	void add(Object message) {
		this.messages.add(message);
	}

	/**
	 * The body, as far as it has arrived.
	 */
	byte[] body() {
		int length = 0;
		for (Object message : this.messages) {
			length += (message instanceof HttpContent content) ? content.content().readableBytes() : 0;
		}
		byte[] body = new byte[length];
		int at = 0;
		for (Object message : this.messages) {
			if (message instanceof HttpContent content) {
				ByteBuf bytes = content.content();
				bytes.getBytes(bytes.readerIndex(), body, at, bytes.readableBytes());
				at += bytes.readableBytes();
			}
		}
		return body;
	}

	/**
	 * Hands the messages, and their ownership, to a consumer.
	 */
	void handOnTo(Consumer<Object> next) {
		this.messages.forEach(next);
	}

	void release() {
		this.messages.forEach(ReferenceCountUtil::release);
	}

}
