package io.github.cometspring.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * What the logs of a broker have in common: the time that they go by, how many messages
 * they retain together, and which of them are due to be looked at, because a message is
 * too old or the channel may be idle. A sweep costs what is due, not what is there.
 * <p>
 * A channel is not ended by the sweep that first finds it idle: it is ended by the next
 * one, half a second later at the least, if it has not been used in between. So there is
 * time to use what has just been asked for, also when the process was suspended.
 * <p>
 * Thread-safe, but for {@link #sweep}, which has one caller.
 */
final class LogMaintenance {

	/**
	 * How much time there is from one sweep to the next.
	 */
	static final Duration INTERVAL = Duration.ofSeconds(1);

	private final MonotonicTime time;

	private final LongAdder retained = new LongAdder();

	private final TimerWheel<InMemoryChannelLog> due;

	private List<InMemoryChannelLog> idle = new ArrayList<>();

	private long lastSweep;

	LogMaintenance(MonotonicTime time) {
		this.time = time;
		this.lastSweep = time.nanoTime();
		this.due = new TimerWheel<>(this.lastSweep);
	}

	long now() {
		return this.time.nanoTime();
	}

	/**
	 * How many messages the living channels retain. Those that became too old since the
	 * last sweep may be among them.
	 */
	long retained() {
		return this.retained.sum();
	}

	void retain(int more) {
		this.retained.add(more);
	}

	/**
	 * Has a log looked at when it is due, or earlier.
	 */
	void schedule(InMemoryChannelLog log, long time) {
		this.due.add(log, time);
	}

	void forget(InMemoryChannelLog log) {
		this.due.remove(log);
	}

	/**
	 * Looks at the logs that are due.
	 * @param onEnd takes the logs that have been ended for want of use
	 * @return how many have been looked at
	 */
	int sweep(Consumer<InMemoryChannelLog> onEnd) {
		long now = now();
		long last = this.lastSweep;
		if (now - last < INTERVAL.toNanos() / 2) {
			// The scheduler makes up for sweeps that it has missed: nobody had time to
			// use anything.
			return 0;
		}
		List<InMemoryChannelLog> idleBefore = this.idle;
		this.idle = new ArrayList<>();
		this.lastSweep = now;
		int visits = idleBefore.size();
		for (InMemoryChannelLog log : idleBefore) {
			if (log.endIfUnused(last, now)) {
				onEnd.accept(log);
			}
			else {
				visit(log, now);
			}
		}
		for (InMemoryChannelLog log = this.due.poll(now); log != null; log = this.due.poll(now)) {
			visit(log, now);
			visits++;
		}
		return visits;
	}

	private void visit(InMemoryChannelLog log, long now) {
		if (log.visit(now)) {
			this.idle.add(log);
		}
	}

}
