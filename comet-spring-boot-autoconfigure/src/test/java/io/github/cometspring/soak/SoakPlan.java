package io.github.cometspring.soak;

import java.time.Duration;

/**
 * How large a soak is, and how long.
 *
 * @param clients the number of clients
 * @param messages the number of messages after which it ends, or 0 if it ends with time
 * @param lasts how long it lasts, if it ends with time
 * @param commands how many commands the operator gives meanwhile, and how often the
 * network fails
 * @param beat the timeout of polls and the interval of heartbeats
 * @param longestLife how long a client stays on a connection at the most
 * @param patience the longest time to wait for anything
 * @param threads the number of threads for clients
 * @param pause how long publishers pause, or zero for none
 */
record SoakPlan(int clients, long messages, Duration lasts, int commands, Duration beat, Duration longestLife,
		Duration patience, int threads, Duration pause) {

	/**
	 * How much of a soak is over.
	 * @param published the number of messages that have been published
	 * @param begun the time in nanoseconds when it began
	 * @return 1 or more if all is
	 */
	double progress(long published, long begun) {
		return (this.messages > 0) ? (double) published / this.messages
				: (double) (System.nanoTime() - begun) / this.lasts.toNanos();
	}

	SoakPlan lasting(Duration time) {
		return new SoakPlan(this.clients, 0, time, this.commands, this.beat, this.longestLife, this.patience,
				this.threads, this.pause);
	}

	SoakPlan withCommands(int commands) {
		return new SoakPlan(this.clients, this.messages, this.lasts, commands, this.beat, this.longestLife,
				this.patience, this.threads, this.pause);
	}

}
