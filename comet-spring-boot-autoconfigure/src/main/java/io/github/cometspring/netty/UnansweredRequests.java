package io.github.cometspring.netty;

import java.util.Map;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that have been read and not been answered, and what
 * those of them take that wait for the answer to another. Belongs to the event loop of
 * the connection.
 */
final class UnansweredRequests {

	/**
	 * How many requests may wait behind the one that is being answered.
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

	private int unanswered;

	/**
	 * Whether the last one has arrived to its end.
	 */
	private boolean entire = true;

	/**
	 * What each takes that waits: a ring that begins at the one to be answered next.
	 */
	private int @Nullable [] sizes;

	private int first;

	private int total;

	/**
	 * Notes what has been read.
	 * @param message a part of a request
	 * @return whether it may be kept
	 */
	boolean add(Object message) {
		if (message instanceof HttpRequest) {
			this.unanswered++;
			this.entire = false;
		}
		this.entire = this.entire || message instanceof LastHttpContent;
		return this.unanswered < 2 || (this.unanswered - 1 <= MOST && keep(size(message)));
	}

	private boolean keep(int size) {
		this.sizes = (this.sizes != null) ? this.sizes : new int[MOST];
		this.sizes[(this.first + this.unanswered - 2) % MOST] += size;
		this.total += size;
		return this.total <= MOST_BYTES;
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
	 * Notes that one has been answered, so that the next waits no more.
	 */
	void answered() {
		if (this.unanswered == 0) {
			// The server says more than it was asked.
			return;
		}
		this.unanswered--;
		if (this.unanswered > 0 && this.sizes != null) {
			this.total -= this.sizes[this.first];
			this.sizes[this.first] = 0;
			this.first = (this.first + 1) % MOST;
		}
	}

	/**
	 * How many there are.
	 */
	int count() {
		return this.unanswered;
	}

	/**
	 * Whether the last one has arrived to its end, whether it is answered or not.
	 */
	boolean areEntire() {
		return this.entire;
	}

}
