package io.github.cometspring.redis;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

/**
 * Receives the events between this node and Redis, for meters.
 * <p>
 * The threads of the Redis client call it. Implementations are thread-safe and return at
 * once.
 *
 * @since 0.1.0
 */
public interface RedisListener {

	/**
	 * Does nothing.
	 */
	RedisListener NONE = new RedisListener() {
	};

	/**
	 * A call of a script is over.
	 * @param script the script, one of {@link #scripts()}
	 * @param outcome how it ended
	 * @param time how long it took
	 */
	default void called(String script, Outcome outcome, Duration time) {
	}

	/**
	 * The node has received a message that it had sent to itself through Redis.
	 * @param lag the time since it was sent
	 */
	default void received(Duration lag) {
	}

	/**
	 * A connection has been replaced.
	 * @param connection which of the node's connections
	 */
	default void reconnected(Connection connection) {
	}

	/**
	 * The scripts that a node calls.
	 * @return their names
	 */
	static List<String> scripts() {
		return EnumSet.complementOf(EnumSet.of(RedisScript.RIGHTS, RedisScript.FORMAT))
			.stream()
			.map(RedisScript::id)
			.toList();
	}

	/**
	 * How a call ends.
	 */
	enum Outcome {

		/**
		 * Redis has answered.
		 */
		ANSWERED,

		/**
		 * Redis has refused it.
		 */
		REFUSED,

		/**
		 * There was no connection, or no answer in time.
		 */
		FAILED

	}

	/**
	 * The connections of a node.
	 */
	enum Connection {

		/**
		 * The connection for commands.
		 */
		COMMANDS,

		/**
		 * The connection that hears what is published.
		 */
		FEED

	}

}
