package io.github.cometspring.soak;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often something has happened to the clients of a crowd. Thread-safe.
 */
final class Counts {

	private final LongAdder received = new LongAdder();

	private final Map<String, LongAdder> others = new ConcurrentHashMap<>();

	private void count(String what) {
		this.others.computeIfAbsent(what, (name) -> new LongAdder()).increment();
	}

	void received() {
		this.received.increment();
	}

	void gap() {
		count("gaps told");
	}

	void left() {
		count("left");
	}

	void reset() {
		count("reset");
	}

	void stalled() {
		count("stalled");
	}

	void lost() {
		count("lost");
	}

	void dead() {
		count("dead");
	}

	void cut() {
		count("ended by the server");
	}

	void born() {
		count("born");
	}

	void refused(int status) {
		count("told " + status);
	}

	/**
	 * The number of messages that have been received.
	 */
	long messages() {
		return this.received.sum();
	}

	@Override
	public String toString() {
		Map<String, LongAdder> sorted = new TreeMap<>(this.others);
		return this.received + " messages received, clients " + sorted;
	}

}
