package io.github.cometspring.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection, as they are read. Decides for each whether the fast
 * path or the server answers it. Keeps the parts of one that the fast path may answer
 * until the last one has arrived, and starts it then; hands on all else as it came. What
 * is read while an answer is held waits for the end of that answer. Belongs to the event
 * loop of the connection.
 */
final class RequestIntake {

	private final PlainRequests requests;

	/**
	 * The polls that need not pass the filters again, or {@code null} if all have to.
	 */
	private final @Nullable RepeatedPolls repeated;

	private final PollPath path;

	private final ServerRequests server;

	private final FastPathConnection connection;

	private final FastPathHandler handler;

	/**
	 * Whether a caller of the running method is taking the messages that wait.
	 */
	private boolean proceeding;

	/**
	 * Creates the intake of one connection.
	 * @param requests the requests that the fast path serves
	 * @param repeated the polls that need not pass the filters again, or {@code null} if
	 * all have to
	 * @param path the path of polls and streams
	 * @param server the requests that the server has
	 * @param connection the state of the connection
	 * @param handler writes the answers of the fast path
	 */
	RequestIntake(PlainRequests requests, @Nullable RepeatedPolls repeated, PollPath path, ServerRequests server,
			FastPathConnection connection, FastPathHandler handler) {
		this.requests = requests;
		this.repeated = repeated;
		this.path = path;
		this.server = server;
		this.connection = connection;
		this.handler = handler;
	}

	/**
	 * Takes a message that has been read, or lets it wait.
	 */
	void read(ChannelHandlerContext context, Object message) {
		if (isTurn()) {
			take(context, message);
		}
		else {
			// The server may have left it on.
			context.channel().config().setAutoRead(false);
			this.connection.keep(message);
		}
	}

	/**
	 * Whether the next message can be taken now: no answer is held, or the message
	 * belongs to the request whose answer was taken over.
	 */
	private boolean isTurn() {
		return !this.connection.state().isHolding() || this.server.isArriving();
	}

	private void take(ChannelHandlerContext context, Object message) {
		ArrivingRequest arriving = this.connection.arriving();
		if (arriving != null) {
			arriving.add(message);
		}
		else if (message instanceof HttpRequest request) {
			arriving = arrivingPoll(request, context.channel());
		}
		if (arriving == null) {
			handOn(context, message);
		}
		else if (message instanceof LastHttpContent) {
			start(context, arriving);
		}
	}

	private @Nullable ArrivingRequest arrivingPoll(HttpRequest request, Channel channel) {
		if (this.repeated != null) {
			this.repeated.forgetAsked();
		}
		// Answers keep the order of the requests.
		ArrivingRequest arriving = this.server.areAnswered() ? served(request) : null;
		if (arriving == null || !this.server.hasPlainPipeline(channel)) {
			return null;
		}
		this.connection.pollArriving(arriving);
		return arriving;
	}

	private @Nullable ArrivingRequest served(HttpRequest request) {
		ArrivingRequest arriving = this.requests.arriving(request);
		return (arriving == null && this.repeated != null) ? this.repeated.arriving(request) : arriving;
	}

	private void start(ChannelHandlerContext context, ArrivingRequest arriving) {
		HeldRequest poll = arriving.path(this.path).newPoll(arriving, this.handler, context);
		this.connection.pollStarting(poll);
		poll.start(arriving);
		this.connection.pollStarted();
	}

	/**
	 * Hands the request that is arriving or being started to the server, as far as it has
	 * arrived.
	 */
	void handOnArriving(ChannelHandlerContext context) {
		ArrivingRequest arriving = this.connection.handOn();
		if (arriving != null) {
			if (this.repeated != null) {
				this.repeated.forgetPassed();
			}
			arriving.handOnTo((message) -> handOn(context, message));
		}
	}

	private void handOn(ChannelHandlerContext context, Object message) {
		if (message instanceof HttpRequest) {
			this.connection.serverRequested();
		}
		this.server.add(message);
		context.fireChannelRead(message);
	}

	/**
	 * Ends a read, and asks for the next one if the server does not.
	 */
	void completeRead(ChannelHandlerContext context) {
		// The default path waits for the rest of a body. It also gets a poll
		// that has failed to start.
		handOnArriving(context);
		context.fireChannelReadComplete();
		if (this.connection.state().isReading()) {
			// Also while requests wait, so that a client that leaves is noticed.
			context.read();
		}
	}

	/**
	 * Takes the messages that wait, as the answer that was held is complete.
	 */
	void proceed(ChannelHandlerContext context) {
		RequestQueue waiting = this.connection.waiting();
		if (this.proceeding || waiting == null) {
			return;
		}
		this.proceeding = true;
		try {
			for (Object next = waiting.poll(); next != null; next = isTurn() ? waiting.poll() : null) {
				take(context, next);
			}
		}
		finally {
			this.proceeding = false;
		}
		if (waiting.isEmpty()) {
			// The last request may not have arrived to its end.
			completeRead(context);
		}
	}

}
