package io.github.cometspring.netty;

import org.jspecify.annotations.Nullable;

/**
 * The state of one connection on the fast path, with the poll or the stream that the
 * state is about, and the messages that wait for its end. Each method that changes the
 * state is an event of the table in {@code docs/architecture.md}. Belongs to the event
 * loop of the connection.
 */
final class FastPathConnection {

	private ConnectionState state = ConnectionState.SERVER;

	/**
	 * The request of the poll, in the states ARRIVING and STARTING.
	 */
	private @Nullable ArrivingRequest arriving;

	/**
	 * The poll, or the stream that was taken over, in the states that hold an answer.
	 */
	private @Nullable HeldAnswer held;

	/**
	 * The messages that were read while an answer was held.
	 */
	private @Nullable RequestQueue waiting;

	ConnectionState state() {
		return this.state;
	}

	@Nullable ArrivingRequest arriving() {
		return this.arriving;
	}

	@Nullable RequestQueue waiting() {
		return this.waiting;
	}

	/**
	 * Keeps a message until the answer that is held is complete.
	 */
	void keep(Object message) {
		RequestQueue waiting = (this.waiting != null) ? this.waiting : new RequestQueue();
		this.waiting = waiting;
		waiting.add(message);
	}

	boolean isHeld(HeldAnswer answer) {
		return this.held == answer;
	}

	private void enter(ConnectionState next) {
		assert this.state.leadsTo(next) : this.state + " does not lead to " + next;
		this.state = next;
	}

	/**
	 * The head of a request is handed to the server.
	 */
	void serverRequested() {
		enter(ConnectionState.SERVER);
	}

	/**
	 * The head of a poll has arrived.
	 */
	void pollArriving(ArrivingRequest poll) {
		this.arriving = poll;
		enter(ConnectionState.ARRIVING);
	}

	/**
	 * The poll has been made of its request, and is about to be started.
	 */
	void pollStarting(HeldRequest poll) {
		this.held = poll;
		enter(ConnectionState.STARTING);
	}

	/**
	 * The poll has started: its request is released, and cannot be handed to the server
	 * from here on.
	 */
	void pollStarted() {
		if (this.state == ConnectionState.STARTING) {
			releaseArriving();
			enter(ConnectionState.HELD);
		}
	}

	/**
	 * Gives away the request of the poll, which is handed to the server.
	 * @return the request, or {@code null} if there is none
	 */
	@Nullable ArrivingRequest handOn() {
		ArrivingRequest arriving = this.arriving;
		if (arriving != null) {
			this.arriving = null;
			this.held = null;
		}
		return arriving;
	}

	/**
	 * A stream whose request the server has not seen writes the head of its answer.
	 */
	void streamOpened() {
		pollStarted();
		enter(ConnectionState.STREAMING);
	}

	/**
	 * A stream takes over the answer that the server is writing, or a poll the answer
	 * that the server has not begun.
	 */
	void takenOver(HeldAnswer answer) {
		this.held = answer;
		enter(ConnectionState.TAKEN_OVER);
	}

	/**
	 * The poll that has taken over an answer of which the server has written nothing.
	 */
	@Nullable DetachedPoll detaching() {
		return (this.state == ConnectionState.TAKEN_OVER && this.held instanceof DetachedPoll poll) ? poll : null;
	}

	/**
	 * The poll leaves the answer to the server.
	 */
	void givenBack() {
		this.held = null;
		enter(ConnectionState.SERVER);
	}

	/**
	 * The server has written the last content of an answer.
	 * @return whether the answer was taken over, so that the client does not get it
	 */
	boolean serverAnswered() {
		boolean takenOver = this.state == ConnectionState.TAKEN_OVER;
		if (takenOver) {
			enter(ConnectionState.STREAMING);
		}
		return takenOver;
	}

	/**
	 * The client has taken the answer, or the application has completed it.
	 */
	void answered() {
		pollStarted();
		this.held = null;
		enter(ConnectionState.IDLE);
	}

	/**
	 * The handler is removed.
	 */
	void closed() {
		enter(ConnectionState.CLOSED);
		releaseArriving();
		if (this.waiting != null) {
			this.waiting.release();
		}
		HeldAnswer held = this.held;
		this.held = null;
		if (held != null) {
			held.end();
		}
	}

	private void releaseArriving() {
		ArrivingRequest arriving = this.arriving;
		this.arriving = null;
		if (arriving != null) {
			arriving.release();
		}
	}

}
