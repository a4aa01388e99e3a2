package io.github.cometspring.redis;

/**
 * A protection against a failure. A node has all of them; tests take one away to see that
 * it is needed.
 */
enum Safeguard {

	/** Commands in flight on a connection that breaks fail, and are not sent again. */
	REPLAY_PROTECTION,

	/** The node checks periodically that it receives what is published. */
	PROBE,

	/** A feed message that does not follow the copy makes the node read the log. */
	HOLE_CHECK,

	/** The scripts compare the run of the server with that of the last message. */
	RUN_CHECK

}
