package io.github.cometspring.metrics;

import io.github.cometspring.subscription.EndReason;

/**
 * How polls end.
 */
enum PollOutcome {

	/**
	 * Its client has taken an answer with messages, a gap or the end of a channel.
	 */
	ANSWERED("answered"),

	/**
	 * Its client has taken an empty answer after the timeout.
	 */
	TIMED_OUT("timed-out"),

	/**
	 * It was refused after it had been admitted, or could not be read.
	 */
	REFUSED("refused"),

	/**
	 * An operator, the end of the server or of a right has ended it.
	 */
	ENDED("ended"),

	/**
	 * Its client disconnected while it was held.
	 */
	LEFT("left"),

	/**
	 * Its client did not take the answer.
	 */
	FAILED("failed"),

	/**
	 * It could not be answered because of an error of the server.
	 */
	ERROR("error");

	private final String id;

	PollOutcome(String id) {
		this.id = id;
	}

	String id() {
		return this.id;
	}

	static PollOutcome of(EndReason reason) {
		return switch (reason) {
			case ANSWERED, CHANNELS_CLOSED -> ANSWERED;
			case TIMED_OUT -> TIMED_OUT;
			case NO_REQUEST, REFUSED -> REFUSED;
			case CLIENT_GONE -> LEFT;
			case WRITE_FAILED, WRITE_TIMED_OUT -> FAILED;
			case ERROR -> ERROR;
			default -> ENDED;
		};
	}

}
