package io.github.cometspring.netty;

import java.util.Map;
import java.util.function.Consumer;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;

/**
 * The requests of one connection that wait until another has been answered, within
 * limits. Belongs to the event loop of the connection.
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
	 * The estimated size of a message besides its text and its content, and of each
	 * header.
	 */
	private static final int OVERHEAD = 128;

	private final RequestQueue messages = new RequestQueue();

	private int requests;

	private int bytes;

	/**
	 * Adds a message.
	 * @param message a part of a request
	 * @return {@code false} if a limit is exceeded; the message is added all the same
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
	 * Removes the first request, as far as it has arrived.
	 * @param taker takes its messages
	 */
	void takeFirst(Consumer<Object> taker) {
		for (Object message = this.messages.poll(); message != null; message = this.messages.isAtHead() ? null
				: this.messages.poll()) {
			this.bytes -= size(message);
			this.requests -= (message instanceof HttpRequest) ? 1 : 0;
			taker.accept(message);
		}
	}

	/**
	 * How many requests there are.
	 */
	int count() {
		return this.requests;
	}

	void release() {
		this.messages.release();
		this.requests = 0;
		this.bytes = 0;
	}

}
