package io.github.cometspring.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The answers of the server that Comet takes over on one connection: that of a stream,
 * which the server has begun, and that of a poll, which it has not. The server may
 * complete such an answer without any effect on the client. Belongs to the event loop of
 * the connection.
 */
final class AnswerTakeover {

	private final ServerRequests server;

	private final FastPathConnection connection;

	/**
	 * The polls that need not pass the filters again, or {@code null} if all have to.
	 */
	private final @Nullable RepeatedPolls repeated;

	/**
	 * Creates the taking over of answers on one connection.
	 * @param server the requests that the server has
	 * @param connection the state of the connection
	 * @param repeated the polls that need not pass the filters again, or {@code null} if
	 * all have to
	 */
	AnswerTakeover(ServerRequests server, FastPathConnection connection, @Nullable RepeatedPolls repeated) {
		this.server = server;
		this.connection = connection;
		this.repeated = repeated;
	}

	// Streams

	/**
	 * Whether the server is writing one answer that can be taken over.
	 */
	boolean isPossible() {
		return this.server.isOnePlain() && this.connection.state().leadsTo(ConnectionState.TAKEN_OVER);
	}

	/**
	 * Whether more messages have come after the request that the server is answering.
	 */
	boolean hasMoreThanOne() {
		RequestQueue waiting = this.connection.waiting();
		return this.server.areSeveral() || (waiting != null && !waiting.isEmpty());
	}

	/**
	 * Takes over the answer that the server is writing.
	 * @param stream continues the answer
	 * @return whether it was taken over
	 */
	boolean takeOver(HeldAnswer stream) {
		boolean possible = isPossible();
		if (possible) {
			this.connection.takenOver(stream);
		}
		return possible;
	}

	// Polls that are detached

	/**
	 * Takes over the answer that the server has not begun, if it has this request alone.
	 * @return whether it was taken over
	 */
	boolean detach(DetachedPoll poll) {
		boolean detachable = this.server.isOneWhole() && this.connection.state().leadsTo(ConnectionState.TAKEN_OVER);
		if (detachable) {
			this.connection.takenOver(poll);
			poll.repeatable((this.repeated != null) ? this.repeated.takeAsked() : null);
		}
		return detachable;
	}

	/**
	 * Lets later polls do without the filters that one has passed.
	 */
	void allowRepetition(RepeatedPoll passed) {
		if (this.repeated != null) {
			this.repeated.allow(passed);
		}
	}

	/**
	 * Leaves the answer to the server, unless that has completed it.
	 * @return whether it is the server's again, so that requests wait no longer
	 */
	boolean giveBack(DetachedPoll poll) {
		boolean possible = this.connection.detaching() == poll;
		if (possible) {
			this.connection.givenBack();
		}
		return possible;
	}

	// What the server writes

	/**
	 * Leaves the answer to the server, if that answers in place of the poll which has
	 * taken the answer over.
	 * @param message what the server writes
	 * @return whether it is the server's again, so that requests wait no longer
	 */
	boolean yieldTo(Object message) {
		DetachedPoll detached = this.connection.detaching();
		if (detached == null || detached.keep(message)) {
			return false;
		}
		this.connection.givenBack();
		detached.end();
		return true;
	}

	/**
	 * Drops the end of an answer that was taken over, which the client does not get from
	 * the server.
	 * @param message what the server writes
	 * @param promise what the server waits for
	 * @return whether it was dropped; if not, it is to be written
	 */
	boolean drop(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		DetachedPoll detached = this.connection.detaching();
		boolean last = this.server.addAnswer(message);
		if (!last || !this.connection.serverAnswered()) {
			return false;
		}
		ReferenceCountUtil.release(message);
		if (detached != null) {
			detached.accept(promise);
		}
		else {
			promise.trySuccess();
		}
		// The server has nothing more to wait for, and does not read.
		context.read();
		if (detached != null) {
			detached.begin();
		}
		return true;
	}

}
