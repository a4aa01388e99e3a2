package io.github.cometspring.benchmarks;

import java.util.Locale;

/**
 * What can be measured.
 */
enum Measure {

	/** Polls that are held and get nothing: memory. The first, as nobody frees any. */
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
	/** What a channel that is busy with polls does to others. */
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
	 * Whether it matters how many messages are in flight.
	 */
	boolean isWindowed() {
		return this == SSE || this == WEBSOCKET;
	}

	/**
	 * Whether this is what a name means: its own, or that of a group of several.
	 */
	boolean isMeantBy(String name) {
		return name.equals("all") || name.equals(toString()) || toString().startsWith(name + "-");
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * How clients speak.
	 */
	enum Dialect {

		LONGPOLL, JSONPOLL, SSE, WEBSOCKET, NONE;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
