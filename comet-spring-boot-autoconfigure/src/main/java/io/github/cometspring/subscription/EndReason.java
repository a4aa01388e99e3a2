package io.github.cometspring.subscription;

/**
 * Why a client is not connected any more. In rising order of weight: where there are
 * several reasons, the last of them in this order counts.
 *
 * @since 0.1.0
 */
public enum EndReason {

	/**
	 * The client left, or was refused, before it was known what it asks for: its request
	 * could not be read, or its handshake failed.
	 */
	NO_REQUEST,

	/**
	 * The client has left, or has been given up without anything being written to it.
	 */
	CLIENT_GONE,

	/**
	 * A poll was held for its timeout and nothing came.
	 */
	TIMED_OUT,

	/**
	 * A poll has its answer.
	 */
	ANSWERED,

	/**
	 * Every channel of a stream has been closed.
	 */
	CHANNELS_CLOSED,

	/**
	 * What was written to the client did not arrive: the connection ended before.
	 */
	WRITE_FAILED,

	/**
	 * What was written to the client was not taken in time.
	 */
	WRITE_TIMED_OUT,

	/**
	 * The subscription was refused by policy.
	 */
	REFUSED,

	/**
	 * The operator ended it.
	 */
	KILLED,

	/**
	 * The service was deactivated.
	 */
	DEACTIVATED,

	/**
	 * The server is shutting down.
	 */
	SHUT_DOWN

}
