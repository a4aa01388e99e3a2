package io.github.cometspring.netty;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;

/**
 * The requests of one connection that wait until another has been answered. Belongs to
 * the event loop of the connection.
 */
final class WaitingRequests {

	/**
	 * How many may wait.
	 */
	static final int MOST = 16;

	/**
	 * How much memory they may take, by estimate, in bytes.
	 */
	static final int MOST_BYTES = 128 * 1024;

	/**
	 * What a message takes besides its text and its content, and so does each header.
	 */
	private static final int OVERHEAD = 128;

	private final Queue<Object> messages = new ArrayDeque<>(4);

	private int requests;

	private int bytes;

	/**
	 * Keeps what has been read.
	 * @param message a part of a request
	 * @return {@code false} if it is too much; it is kept nevertheless
	 */
	boolean add(Object message) {
		this.messages.add(message);
		this.requests += (message instanceof HttpRequest) ? 1 : 0;
		this.bytes += size(message);
		return this.requests <= MOST && this.bytes <= MOST_BYTES;
	}

	private static int size(Object message) {
		int size = OVERHEAD;
		if (message instanceof HttpRequest request) {
			size += request.uri().length();
			for (Map.Entry<String, String> header : request.headers()) {
				size += OVERHEAD + header.getKey().length() + header.getValue().length();
			}
		}
		return (message instanceof HttpContent content) ? size + content.content().readableBytes() : size;
	}

	/**
	 * Gives the first request away, as far as it has arrived.
	 * @param taker takes its messages
	 */
	void takeFirst(Consumer<Object> taker) {
		do {
			Object message = this.messages.remove();
			this.bytes -= size(message);
			this.requests -= (message instanceof HttpRequest) ? 1 : 0;
			taker.accept(message);
		}
		while (!this.messages.isEmpty() && !(this.messages.peek() instanceof HttpRequest));
	}

	/**
	 * How many there are.
	 */
	int count() {
		return this.requests;
	}

	void release() {
		this.messages.forEach(ReferenceCountUtil::release);
		this.messages.clear();
		this.requests = 0;
		this.bytes = 0;
	}

}
