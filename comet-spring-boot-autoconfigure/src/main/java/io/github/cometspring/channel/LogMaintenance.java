package io.github.cometspring.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The clock, the count of retained messages, the schedule and the listener that all logs
 * of a broker share. A log is scheduled for a visit when a message becomes too old or the
 * channel may be idle. A sweep visits only the logs that are due.
 * <p>
 * The sweep that first finds a channel idle does not end it. The next one does, at least
 * half a second later, if the channel has not been used in between. So a caller has time
 * to use a channel that it has just asked for, also when the process was suspended.
 * <p>
 * Thread-safe, but for {@link #sweep}, which has one caller.
 */
final class LogMaintenance {

	/**
	 * The time from one sweep to the next.
	 */
	static final Duration INTERVAL = Duration.ofSeconds(1);

	private final MonotonicTime time;

	private final ChannelListener listener;

	private final LongAdder retained = new LongAdder();

	private final LongAdder retainedBytes = new LongAdder();

	private final TimerWheel<InMemoryChannelLog> schedule;

	private List<InMemoryChannelLog> idle = new ArrayList<>();

	private long lastSweep;

	LogMaintenance(MonotonicTime time, ChannelListener listener) {
		this.time = time;
		this.listener = listener;
		this.lastSweep = time.nanoTime();
		this.schedule = new TimerWheel<>(this.lastSweep);
	}

	long now() {
		return this.time.nanoTime();
	}

	ChannelListener listener() {
		return this.listener;
	}

	/**
	 * The number of messages that the living channels retain. Those that became too old
	 * since the last sweep may be included.
	 */
	long retained() {
		return this.retained.sum();
	}

	void retain(int more) {
		this.retained.add(more);
	}

	/**
	 * The size of the texts that the living channels keep, in UTF-8 bytes.
	 */
	long retainedBytes() {
		return this.retainedBytes.sum();
	}

	void retainBytes(long more) {
		this.retainedBytes.add(more);
	}

	/**
	 * Schedules a visit to a log at a time or earlier.
	 */
	void schedule(InMemoryChannelLog log, long time) {
		this.schedule.add(log, time);
	}

	void forget(InMemoryChannelLog log) {
		this.schedule.remove(log);
	}

	/**
	 * Visits the logs that are due, and ends idle ones.
	 * @param onEnd receives the logs that were ended because they were idle
	 * @return the number of logs that were visited
	 */
	int sweep(Consumer<InMemoryChannelLog> onEnd) {
		long now = now();
		long last = this.lastSweep;
		if (now - last < INTERVAL.toNanos() / 2) {
			// The scheduler catches up on missed sweeps. No caller had time to
			// use a channel in between.
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
		for (InMemoryChannelLog log = this.schedule.poll(now); log != null; log = this.schedule.poll(now)) {
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
