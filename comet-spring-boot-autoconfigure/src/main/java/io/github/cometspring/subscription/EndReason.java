package io.github.cometspring.subscription;

/**
 * Why a client is no longer connected. If there are several reasons, the last of them in
 * the order of this enum counts.
 *
 * @since 0.1.0
 */
public enum EndReason {

	/**
	 * The client disconnected or was refused before its request was known: the request
	 * could not be read, or the handshake failed.
	 */
	NO_REQUEST,

	/**
	 * The client disconnected, or was disconnected while no write was in progress.
	 */
	CLIENT_GONE,

	/**
	 * A poll was held for its timeout and no message came.
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
	 * A write to the client failed, because the connection ended.
	 */
	WRITE_FAILED,

	/**
	 * A write to the client was not finished in time.
	 */
	WRITE_TIMED_OUT,

	/**
	 * A WebSocket has sent nothing after a ping.
	 */
	NO_PONG,

	/**
	 * The subscription was refused by policy.
	 */
	REFUSED,

	/**
	 * The client could not be served because of an error: of its log-in, of the broker or
	 * of a channel.
	 */
	ERROR,

	/**
	 * The right to read has run out, or an operator has disconnected the user.
	 */
	EXPIRED,

	/**
	 * The connection of a stream or WebSocket has reached its maximum age.
	 */
	AGED,

	/**
	 * An operator killed it.
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
