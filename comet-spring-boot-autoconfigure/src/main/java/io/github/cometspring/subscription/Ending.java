package io.github.cometspring.subscription;

/**
 * Why no batch comes after the last.
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
	 * A poll was held for its timeout and nothing came.
	 */
	TIMED_OUT,

	/**
	 * The operator ended it.
	 */
	KILLED,

	/**
	 * The server is shutting down.
	 */
	SHUTTING_DOWN

}
