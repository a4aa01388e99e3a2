package io.github.cometspring.subscription;

/**
 * What has become of a message that was published over HTTP.
 *
 * @since 0.1.0
 */
public enum PublishOutcome {

	/**
	 * It was published.
	 */
	ACCEPTED,

	/**
	 * It had been published before, with the same key.
	 */
	REPEATED,

	/**
	 * It was refused, and will be when it is sent again.
	 */
	REFUSED,

	/**
	 * It was not published, and may be when it is sent again.
	 */
	UNAVAILABLE,

	/**
	 * It is not known whether it was published.
	 */
	UNKNOWN,

	/**
	 * The request was refused entirely, whatever messages it had.
	 */
	REJECTED

}
