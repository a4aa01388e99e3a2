package io.github.cometspring.netty;

/**
 * The states of a connection on the fast path, by what answers the current request.
 */
enum ConnectionState {

	/**
	 * The server has the last request, or none has come. The server reads the next one.
	 */
	SERVER(false, false),

	/**
	 * A poll, or a request for a stream, is arriving. It is not known yet which path it
	 * takes.
	 */
	ARRIVING(false, false),

	/**
	 * The path of the poll, or of the stream, has begun to serve it. The request is kept,
	 * so that it can still be handed to the server.
	 */
	STARTING(true, false),

	/**
	 * The poll is held, or the client has not taken all of its answer. Also a stream that
	 * waits for its first events.
	 */
	HELD(true, true),

	/**
	 * A stream, or the answer to a poll, was taken over from the server, which has not
	 * written its last content.
	 */
	TAKEN_OVER(true, true),

	/**
	 * A stream is being answered, or the answer to a poll that let go of its exchange: it
	 * was taken over from the server, which regards it as complete, or the server has not
	 * seen its request.
	 */
	STREAMING(true, true),

	/**
	 * The last answer was given by the fast path, which reads the next request.
	 */
	IDLE(false, true),

	/**
	 * The handler was removed: the connection is closed, or its protocol is another.
	 */
	CLOSED(false, false);

	private final boolean holding;

	private final boolean reading;

	ConnectionState(boolean holding, boolean reading) {
		this.holding = holding;
		this.reading = reading;
	}

	/**
	 * Whether an answer is not complete, so that the next request waits.
	 */
	boolean isHolding() {
		return this.holding;
	}

	/**
	 * Whether the fast path reads on after each read. In the other states only the server
	 * does.
	 */
	boolean isReading() {
		return this.reading;
	}

	/**
	 * Whether this state may be followed by another.
	 * @param next the other state
	 */
	boolean leadsTo(ConnectionState next) {
		return next == CLOSED || switch (this) {
			case SERVER, IDLE -> next == SERVER || next == ARRIVING || next == TAKEN_OVER;
			case ARRIVING -> next == STARTING || next == SERVER;
			case STARTING -> next == HELD || next == SERVER;
			case HELD -> next == IDLE || next == STREAMING;
			case STREAMING -> next == IDLE;
			case TAKEN_OVER -> next == STREAMING || next == IDLE || next == SERVER;
			case CLOSED -> false;
		};
	}

}
