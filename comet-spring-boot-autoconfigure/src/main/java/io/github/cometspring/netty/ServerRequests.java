package io.github.cometspring.netty;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * The requests of one connection that have been handed to the server. Belongs to the
 * event loop of the connection.
 */
final class ServerRequests {

	private int unanswered;

	private boolean simple;

	private boolean entire = true;

	/**
	 * Notes a part of a request that is handed to the server.
	 */
	void add(Object message) {
		if (message instanceof HttpRequest request) {
			this.unanswered++;
			this.entire = false;
			this.simple = PlainRequests.isPersistent(request)
					&& !request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
					&& !request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
		}
		this.entire = this.entire || message instanceof LastHttpContent;
	}

	/**
	 * Notes the head of an answer.
	 */
	void answering(HttpResponse response) {
		this.simple = this.simple && HttpUtil.isKeepAlive(response) && HttpUtil.isTransferEncodingChunked(response);
	}

	/**
	 * Notes that one has been answered.
	 */
	void answered() {
		this.unanswered--;
	}

	/**
	 * Whether all have been answered.
	 */
	boolean areAnswered() {
		return this.unanswered == 0;
	}

	/**
	 * Whether more than one waits for its answer.
	 */
	boolean areSeveral() {
		return this.unanswered > 1;
	}

	/**
	 * Whether there is something of the last one still to come.
	 */
	boolean isArriving() {
		return !this.entire;
	}

	/**
	 * Whether one is to be answered, behind which nothing follows that belongs to it, and
	 * whose answer, so far as is known, comes in chunks and leaves the connection open.
	 */
	boolean isOnePlain() {
		return this.unanswered == 1 && this.simple;
	}

}
