package io.github.cometspring.redis;

import java.time.Duration;

/**
 * Which generation of the registry this node has seen last, and in which run of the
 * server. If another one follows, Redis may have lost entries of the registry. For a
 * while after that a channel that is not in the registry may still exist: a node that
 * uses it has yet to register it again.
 * <p>
 * Thread-safe; the lock is this object.
 */
final class RegistryGeneration {

	/** How long nodes may take to register their channels again, in nanoseconds. */
	private final long recovery;

	private String generation = "";

	private String run = "";

	private boolean recovering;

	private long changed;

	RegistryGeneration(Duration recovery) {
		this.recovery = recovery.toNanos();
	}

	/**
	 * Records what the server has reported.
	 * @param generation the generation, or an empty text for a registry without one
	 * @param run the run of the server, or an empty text if there is no connection
	 */
	synchronized void seen(String generation, String run) {
		if (run.isEmpty()) {
			return;
		}
		boolean lost = !this.generation.isEmpty() && !generation.equals(this.generation);
		boolean restarted = !this.run.isEmpty() && !run.equals(this.run);
		if (lost || restarted) {
			this.recovering = true;
			this.changed = System.nanoTime();
		}
		this.generation = generation;
		this.run = run;
	}

	/**
	 * Records the run of the server to which this node has connected.
	 */
	synchronized void connected(String run) {
		seen(this.generation, run);
	}

	/**
	 * The generation that was seen last.
	 */
	synchronized String latest() {
		return this.generation;
	}

	/**
	 * Whether a channel that is not in the registry may exist.
	 */
	synchronized boolean isRecovering() {
		this.recovering = this.recovering && System.nanoTime() - this.changed < this.recovery;
		return this.recovering;
	}

	/**
	 * Whether the registry may have lost a channel since it has reported it.
	 * @param generation the generation in which it was reported
	 * @param run the run in which it was reported
	 */
	synchronized boolean mayHaveLost(String generation, String run) {
		return !generation.equals(this.generation) || (!run.equals(this.run) && isRecovering());
	}

	/**
	 * Whether a report is of the latest generation and run.
	 */
	synchronized boolean isLatest(String generation, String run) {
		return generation.equals(this.generation) && run.equals(this.run);
	}

}
