package io.github.cometspring.subscription;

/**
 * Why a batch is the last one.
 *
 * @since 0.1.0
 */
public enum Ending {

	/**
	 * A poll has its answer.
	 */
	ANSWERED,

	/**
	 * Every channel of a stream has ended.
	 */
	CHANNELS_ENDED,

	/**
	 * A poll was held for its timeout and no message came.
	 */
	TIMED_OUT,

	/**
	 * The right to read has run out, or an operator has disconnected the user.
	 */
	EXPIRED,

	/**
	 * An operator killed it.
	 */
	KILLED,

	/**
	 * The server is shutting down.
	 */
	SHUTTING_DOWN

}
