package io.github.cometspring.redis;

import java.time.Duration;

/**
 * Which generation of the registry this node has seen last, and in which run of the
 * server. If another generation follows, Redis has lost the registry; if only another run
 * follows, it may have lost the last registrations. For a while after that a channel that
 * is not in the registry may still exist: a node that uses it has yet to register it
 * again.
 * <p>
 * Thread-safe; the lock is this object.
 */
final class RegistryGeneration {

	private final long afterLoss;

	private final long afterRestart;

	private String generation = "";

	private String run = "";

	private long lostAt;

	private boolean lost;

	private long restartedAt;

	private boolean restarted;

	/**
	 * Creates a generation that has not been seen.
	 * @param afterLoss how long nodes may take to register their channels again when the
	 * registry was lost
	 * @param afterRestart how long they may take when the server has been started again
	 */
	RegistryGeneration(Duration afterLoss, Duration afterRestart) {
		this.afterLoss = afterLoss.toNanos();
		this.afterRestart = afterRestart.toNanos();
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
		long now = System.nanoTime();
		if (!this.generation.isEmpty() && !generation.equals(this.generation)) {
			this.lost = true;
			this.lostAt = now;
		}
		if (!this.run.isEmpty() && !run.equals(this.run)) {
			this.restarted = true;
			this.restartedAt = now;
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
		return isLost() || isRestarted();
	}

	/**
	 * Whether the registry was lost, and nodes may still register their channels again.
	 */
	synchronized boolean isLost() {
		this.lost = this.lost && System.nanoTime() - this.lostAt < this.afterLoss;
		return this.lost;
	}

	/**
	 * Whether the server has been started again, and nodes may still register channels
	 * again whose registration was not saved.
	 */
	synchronized boolean isRestarted() {
		this.restarted = this.restarted && System.nanoTime() - this.restartedAt < this.afterRestart;
		return this.restarted;
	}

	/**
	 * Whether the registry may have lost a channel since it has reported it.
	 * @param generation the generation in which it was reported
	 * @param run the run in which it was reported
	 */
	synchronized boolean mayHaveLost(String generation, String run) {
		return !generation.equals(this.generation) || (!run.equals(this.run) && isRestarted());
	}

	/**
	 * Whether a report is of the latest generation and run.
	 */
	synchronized boolean isLatest(String generation, String run) {
		return generation.equals(this.generation) && run.equals(this.run);
	}

}
