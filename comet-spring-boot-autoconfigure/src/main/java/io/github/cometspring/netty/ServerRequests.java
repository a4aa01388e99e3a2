package io.github.cometspring.netty;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that have been handed to the server. Belongs to the
 * event loop of the connection.
 */
final class ServerRequests {

	private int unanswered;

	/**
	 * Whether the last request has no body, and its answer comes in chunks and leaves the
	 * connection open, as far as is known.
	 */
	private boolean plain;

	/**
	 * Whether the connection stays open after the last request, as far as is known.
	 */
	private boolean persistent;

	/**
	 * Whether the last request has arrived to its end.
	 */
	private boolean complete = true;

	/**
	 * Whether the pipeline is plain; {@code null} if the server has given an answer since
	 * that was checked, and may have added a handler.
	 */
	private @Nullable Boolean pipelinePlain;

	/**
	 * Records a part of a request that is handed to the server.
	 */
	void add(Object message) {
		if (message instanceof HttpRequest request) {
			this.unanswered++;
			this.complete = false;
			this.persistent = PlainRequests.isPersistent(request);
			this.plain = this.persistent && !request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
					&& !request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
		}
		this.complete = this.complete || message instanceof LastHttpContent;
	}

	/**
	 * Records a part of an answer that the server writes.
	 * @return whether the answer ends with it
	 */
	boolean addAnswer(Object message) {
		HttpResponse head = (message instanceof HttpResponse response) ? response : null;
		if (head != null && head.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
			return false;
		}
		if (message instanceof LastHttpContent) {
			this.unanswered--;
			this.pipelinePlain = null;
			return true;
		}
		this.plain = this.plain
				&& (head == null || (HttpUtil.isKeepAlive(head) && HttpUtil.isTransferEncodingChunked(head)));
		return false;
	}

	/**
	 * Whether all requests have been answered.
	 */
	boolean areAnswered() {
		return this.unanswered == 0;
	}

	/**
	 * Whether more than one request has no answer yet.
	 */
	boolean areSeveral() {
		return this.unanswered > 1;
	}

	/**
	 * Whether a part of the last request has not arrived.
	 */
	boolean isArriving() {
		return !this.complete;
	}

	/**
	 * Whether exactly one request is unanswered and it is plain: it has no body, and its
	 * answer, as far as is known, comes in chunks and leaves the connection open.
	 */
	boolean isOnePlain() {
		return this.unanswered == 1 && this.plain;
	}

	/**
	 * Whether exactly one request is unanswered, and it has arrived to its end and leaves
	 * the connection open.
	 */
	boolean isOneWhole() {
		return this.unanswered == 1 && this.complete && this.persistent;
	}

	/**
	 * Whether the pipeline of the connection is {@linkplain PlainPipeline plain}.
	 */
	boolean hasPlainPipeline(Channel channel) {
		Boolean plain = this.pipelinePlain;
		if (plain == null) {
			plain = PlainPipeline.isPlain(channel);
			this.pipelinePlain = plain;
		}
		return plain;
	}

}
