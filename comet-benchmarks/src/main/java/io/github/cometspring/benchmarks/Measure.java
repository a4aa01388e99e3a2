package io.github.cometspring.benchmarks;

import java.util.Locale;

/**
 * What can be measured.
 */
enum Measure {

	/** One channel, many polls: the legacy dialect for Comet. */
	LONGPOLL("longpoll-fanout"),
	/** The same with Comet's JSON dialect. */
	JSONPOLL("longpoll-fanout"),
	/** One channel, many event streams. */
	SSE("sse-fanout"),
	/** One channel, many WebSockets. */
	WEBSOCKET("ws-fanout"),
	/** Many channels, one poll each. */
	PAIRS("longpoll-pairs"),
	/** Polls that are held and get nothing: memory. */
	IDLE("idle"),
	/** Held polls that a command ends. */
	DEACTIVATE("end"),
	/** What a busy channel does to others. */
	FAIRNESS("longpoll-fanout"),
	/** Channels without clients, inside one process. */
	ENGINE("");

	private final String loadMode;

	Measure(String loadMode) {
		this.loadMode = loadMode;
	}

	/**
	 * The mode of the load generator.
	 */
	String loadMode() {
		return this.loadMode;
	}

	boolean isFanOut() {
		return compareTo(WEBSOCKET) <= 0;
	}

	boolean isStream() {
		return this == SSE || this == WEBSOCKET;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
