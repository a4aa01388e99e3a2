package io.github.cometspring.netty;

import java.util.ArrayDeque;
import java.util.Queue;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The messages of requests that wait until an earlier one has been answered, in order.
 * The queue owns them. Belongs to the event loop of the connection.
 */
final class RequestQueue {

	private final Queue<Object> messages = new ArrayDeque<>(4);

	void add(Object message) {
		this.messages.add(message);
	}

	/**
	 * Removes the first message.
	 * @return the message, or {@code null} if there is none
	 */
	@Nullable Object poll() {
		return this.messages.poll();
	}

	boolean isEmpty() {
		return this.messages.isEmpty();
	}

	/**
	 * Whether the first message is the head of a request.
	 */
	boolean isAtHead() {
		return this.messages.peek() instanceof HttpRequest;
	}

	void release() {
		this.messages.forEach(ReferenceCountUtil::release);
		this.messages.clear();
	}

}
