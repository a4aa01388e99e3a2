package io.github.cometspring.netty;

import java.net.InetSocketAddress;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.EventStreamClient;
import io.github.cometspring.web.EventStreamStart;
import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.WriteListener;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * An event stream on the fast path. A request that is refused at once is handed to the
 * default path, which refuses it. Belongs to the event loop of its connection.
 */
final class FastStream implements HeldRequest, EventStreamClient, WriteListener {

	private static final HttpHeaders HEADERS = new ReadOnlyHttpHeaders(false,
			EventStreamStart.headers().toArray(CharSequence[]::new));

	private final Subscriptions subscriptions;

	private final FastPathHandler handler;

	private final NettyClientSocket socket;

	/**
	 * Ends the subscription.
	 */
	private @Nullable Runnable closing;

	private boolean ended;

	FastStream(Subscriptions subscriptions, FastPathHandler handler, NettyClientSocket socket) {
		this.subscriptions = subscriptions;
		this.handler = handler;
		this.socket = socket;
	}

	@Override
	public void start(ArrivingRequest arriving) {
		HttpRequest head = arriving.head();
		Runnable closing = EventStreamStart.start(this.subscriptions, this.socket, this,
				PlainQuery.parse(head.uri(), head.uri().indexOf('?') + 1), head.headers().getAll("Last-Event-ID"));
		this.closing = closing;
		if (this.ended) {
			closing.run();
		}
	}

	@Override
	public @Nullable InetSocketAddress remoteAddress() {
		return this.handler.remoteAddress();
	}

	@Override
	public boolean handOn() {
		return this.handler.handOn(this);
	}

	@Override
	public boolean open() {
		this.socket.opened(this.handler, this);
		return this.handler.open(this, new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, HEADERS));
	}

	@Override
	public void answer(PollAnswer answer) {
		if (this.handler.answer(this, answer)) {
			this.handler.watch(this);
		}
	}

	@Override
	public void taken() {
		this.handler.answered(this);
	}

	@Override
	public void lost() {
		// The connection is closed, or about to be.
	}

	/**
	 * The connection has ended.
	 */
	@Override
	public void end() {
		this.ended = true;
		if (this.closing != null) {
			this.closing.run();
		}
	}

}
