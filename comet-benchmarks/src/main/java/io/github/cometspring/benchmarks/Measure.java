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
	/** Channels without clients, inside one process. */
	ENGINE("", Dialect.NONE);

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
		return name.equals("all") || name.equals(toString()) || toString().startsWith(name + "-");
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
