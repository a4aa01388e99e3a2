package io.github.cometspring.subscription;

/**
 * A deadline that is set and taken back time and again, at the cost of a few assignments.
 * Belongs to the event loop that it was made for.
 *
 * @since 0.1.0
 */
public final class Countdown extends DeadlineQueue.Entry {

	private final DeadlineQueue queue;

	private final Runnable over;

	Countdown(DeadlineQueue queue, Runnable over) {
		this.queue = queue;
		this.over = over;
	}

	/**
	 * Counts from now on, whether it was counting or not.
	 */
	public void start() {
		unlink();
		this.queue.add(this);
	}

	/**
	 * Counts no more.
	 */
	public void stop() {
		unlink();
	}

	@Override
	void expire() {
		this.over.run();
	}

}
