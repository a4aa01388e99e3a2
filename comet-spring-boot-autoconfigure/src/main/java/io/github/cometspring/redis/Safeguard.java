package io.github.cometspring.redis;

/**
 * What keeps a failure from doing harm. A node has all of them; tests take one away, to
 * see that it is missed.
 */
enum Safeguard {

	/** A connection that breaks is given up, and with it what was under way. */
	REPLAY_PROTECTION,

	/** The node proves from time to time that it hears what is published. */
	PROBE,

	/** A message on the feed that does not follow the last one makes the node look. */
	HOLE_CHECK,

	/** The scripts compare the run of the server with that of the last message. */
	LIFE_CHECK

}
