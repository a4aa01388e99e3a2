package io.github.cometspring.netty;

import io.github.cometspring.channel.RateLimitedLog;
import io.github.cometspring.web.DetachedClient;
import io.github.cometspring.web.KeptLogin;
import io.github.cometspring.web.Poll;
import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.WriteListener;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;
import reactor.util.Loggers;

import org.springframework.http.HttpStatus;

/**
 * A poll on the default path that waits without its exchange. The server completes the
 * exchange with an empty answer, of which the headers are kept; the connection writes the
 * answer when there is one. An answer that comes before those headers waits for them.
 * Belongs to the event loop of its connection.
 */
final class DetachedPoll implements HeldAnswer, DetachedClient, WriteListener {

	private static final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(DetachedPoll.class),
			System::nanoTime);

	private final Poll poll;

	private final PollDialect dialect;

	private final FastPathHandler handler;

	private final NettyClientSockets sockets;

	/**
	 * The headers that the application has set, as soon as the server has completed the
	 * exchange.
	 */
	private @Nullable KeptHeaders headers;

	/**
	 * The digest of the request, as long as the next poll may repeat it.
	 */
	private byte @Nullable [] head;

	private @Nullable KeptLogin login;

	/**
	 * The answer, as long as it waits for the headers.
	 */
	private @Nullable PollAnswer waiting;

	private boolean failed;

	private boolean answered;

	/**
	 * Whether the connection is closed behind the answer.
	 */
	private boolean last;

	/**
	 * Is completed when the answer has been taken: the server closes the connection then.
	 */
	private @Nullable ChannelPromise written;

	DetachedPoll(Poll poll, PollDialect dialect, FastPathHandler handler, NettyClientSockets sockets) {
		this.poll = poll;
		this.dialect = dialect;
		this.handler = handler;
		this.sockets = sockets;
	}

	/**
	 * Keeps the headers of the answer with which the server completes the exchange.
	 * @param message what the server writes
	 * @return whether the client need not get it
	 */
	boolean keep(Object message) {
		if (message instanceof FullHttpResponse response && response.status().equals(HttpResponseStatus.OK)
				&& !response.content().isReadable()) {
			this.headers = this.sockets.keep(response.headers());
			this.last = !HttpUtil.isKeepAlive(response);
			allowRepetition();
			return true;
		}
		// Something has answered in place of the poll.
		return !(message instanceof HttpResponse);
	}

	/**
	 * Lets the next poll with the same head pass without the filters.
	 * @param head the digest of the request, or {@code null} if no other can repeat it
	 */
	void repeatable(byte @Nullable [] head) {
		this.head = head;
	}

	@Override
	public void keep(KeptLogin login) {
		this.login = login;
		allowRepetition();
	}

	private void allowRepetition() {
		byte[] head = this.head;
		KeptLogin login = this.login;
		KeptHeaders headers = this.headers;
		// Headers that were seen once may differ from one answer to the next, as a nonce.
		if (head != null && login != null && headers != null && headers.areRepeated() && !this.last) {
			this.handler.takeover().allowRepetition(new RepeatedPoll(head, login, headers, this.sockets));
		}
	}

	/**
	 * Accepts what the server has written, which the client does not get.
	 * @param promise what the server waits for
	 */
	void accept(ChannelPromise promise) {
		if (this.last) {
			this.written = promise;
		}
		else {
			promise.trySuccess();
		}
	}

	/**
	 * Begins to write, as the server has completed the exchange.
	 */
	void begin() {
		PollAnswer answer = this.waiting;
		if (answer != null) {
			this.waiting = null;
			answer(answer);
		}
	}

	@Override
	public void answer(PollAnswer answer) {
		if (this.headers == null) {
			this.waiting = answer;
		}
		else if (!this.handler.answer(this, answer, this.headers)) {
			this.poll.end();
		}
		else {
			this.answered = true;
			watchAnswer();
		}
	}

	private void watchAnswer() {
		if (this.failed) {
			this.handler.watch(this);
		}
		else {
			this.poll.written();
		}
	}

	@Override
	public void fail(Throwable error) {
		log.error("A poll could not be answered", error);
		if (this.headers == null || this.answered) {
			// What holds the exchange back would hold back an answer, too. A second
			// answer would be taken for that to the next request.
			this.handler.close();
			return;
		}
		this.failed = true;
		answer(this.dialect.refuse(HttpStatus.INTERNAL_SERVER_ERROR, null));
	}

	@Override
	public void giveBack() {
		this.handler.giveBack(this);
	}

	@Override
	public void watch(WriteListener listener) {
		this.handler.watch(this);
	}

	@Override
	public void taken() {
		this.poll.taken();
		this.handler.answered(this);
		if (this.written != null) {
			this.written.trySuccess();
		}
	}

	@Override
	public void stalled() {
		this.poll.stalled();
	}

	@Override
	public void lost() {
		this.poll.lost();
	}

	/**
	 * The connection has ended, or the server has answered in place of the poll.
	 */
	@Override
	public void end() {
		this.poll.end();
	}

}
