package io.github.cometspring.benchmarks;

import java.util.Locale;

/**
 * The measures.
 */
enum Measure {

	/**
	 * Memory of held polls that receive nothing. The first measure, as not all servers
	 * give memory back.
	 */
	IDLE_LONGPOLL("idle", Dialect.LONGPOLL),
	/** The same with event streams. */
	IDLE_SSE("idle-sse", Dialect.SSE),
	/** The same with WebSockets. */
	IDLE_WEBSOCKET("idle-ws", Dialect.WEBSOCKET),
	/** One channel, many polls: the legacy dialect for Comet. */
	LONGPOLL("longpoll-fanout", Dialect.LONGPOLL),
	/** The same with Comet's JSON dialect. */
	JSONPOLL("longpoll-fanout", Dialect.JSONPOLL),
	/** One channel, many event streams. */
	SSE("sse-fanout", Dialect.SSE),
	/** One channel, many WebSockets. */
	WEBSOCKET("ws-fanout", Dialect.WEBSOCKET),
	/** Many channels, one poll each. */
	PAIRS("longpoll-pairs", Dialect.LONGPOLL),
	/** The effect of a channel that is busy with polls on others. */
	FAIR_LONGPOLL("longpoll-fanout", Dialect.LONGPOLL),
	/** The same with event streams. */
	FAIR_SSE("sse-fanout", Dialect.SSE),
	/** The same with WebSockets. */
	FAIR_WEBSOCKET("ws-fanout", Dialect.WEBSOCKET),
	/** Held polls that a command ends. */
	DEACTIVATE("end", Dialect.LONGPOLL),
	/** A crowd of polls that comes to a server that has served such crowds before. */
	OPEN_LONGPOLL("idle", Dialect.LONGPOLL),
	/** The same with event streams. */
	OPEN_SSE("idle-sse", Dialect.SSE),
	/** The same with WebSockets. */
	OPEN_WEBSOCKET("idle-ws", Dialect.WEBSOCKET),
	/** A crowd of polls that comes to a server that has just been started. */
	OPEN_COLD_LONGPOLL("idle", Dialect.LONGPOLL),
	/** The same with event streams. */
	OPEN_COLD_SSE("idle-sse", Dialect.SSE),
	/** The same with WebSockets. */
	OPEN_COLD_WEBSOCKET("idle-ws", Dialect.WEBSOCKET),
	/** A crowd of polls that comes back and lacks some messages. */
	RESUME_LONGPOLL("idle", Dialect.LONGPOLL),
	/** The same with event streams. */
	RESUME_SSE("idle-sse", Dialect.SSE),
	/** The same with WebSockets. */
	RESUME_WEBSOCKET("idle-ws", Dialect.WEBSOCKET),
	/** A crowd of polls that comes back to a server that has just been started. */
	RESUME_COLD_LONGPOLL("idle", Dialect.LONGPOLL),
	/** The same with event streams. */
	RESUME_COLD_SSE("idle-sse", Dialect.SSE),
	/** The same with WebSockets. */
	RESUME_COLD_WEBSOCKET("idle-ws", Dialect.WEBSOCKET),
	/** Channels without clients, inside one process. */
	ENGINE("", Dialect.NONE),
	/** Publications over HTTP, on a channel without clients. */
	PUBLISH("", Dialect.NONE),
	/** Publications on Redis, beside what Redis can do. */
	REDIS_PUBLISH("", Dialect.NONE),
	/** Many channels on Redis: a feed that is cut, and memory. */
	REDIS_CHANNELS("", Dialect.NONE);

	private final String loadMode;

	private final Dialect dialect;

	Measure(String loadMode, Dialect dialect) {
		this.loadMode = loadMode;
		this.dialect = dialect;
	}

	/**
	 * The mode of the load generator.
	 */
	String loadMode() {
		return this.loadMode;
	}

	Dialect dialect() {
		return this.dialect;
	}

	boolean isIdle() {
		return name().startsWith("IDLE");
	}

	boolean isFair() {
		return name().startsWith("FAIR");
	}

	/**
	 * Whether clients are opened, which is measured only if it is asked for.
	 */
	boolean isOpening() {
		return name().startsWith("OPEN") || isResumption();
	}

	/**
	 * Whether the clients that are opened lack messages.
	 */
	boolean isResumption() {
		return name().startsWith("RESUME");
	}

	/**
	 * Whether the server has to be a new one.
	 */
	boolean isCold() {
		return name().contains("_COLD_");
	}

	/**
	 * Whether it is taken of Redis and of a node together, and only if it is asked for.
	 */
	boolean isOfRedis() {
		return this == REDIS_PUBLISH || this == REDIS_CHANNELS;
	}

	/**
	 * Whether it is taken in each round. The others vary little, or take long.
	 */
	boolean isRepeated() {
		return isFanOut() || isOpening() || this == PAIRS || this == PUBLISH || this == REDIS_PUBLISH;
	}

	boolean isFanOut() {
		return this == LONGPOLL || this == JSONPOLL || isWindowed();
	}

	/**
	 * Whether the number of messages in flight matters.
	 */
	boolean isWindowed() {
		return this == SSE || this == WEBSOCKET;
	}

	/**
	 * Whether a name is that of this measure, or of its group.
	 */
	boolean isMeantBy(String name) {
		return (name.equals("all") && !isOfRedis() && !isOpening()) || name.equals(toString())
				|| toString().startsWith(name + "-");
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * The dialects of clients.
	 */
	enum Dialect {

		LONGPOLL, JSONPOLL, SSE, WEBSOCKET, NONE;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
