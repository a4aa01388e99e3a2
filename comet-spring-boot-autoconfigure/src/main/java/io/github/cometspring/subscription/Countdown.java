package io.github.cometspring.subscription;

/**
 * A timer that is started and stopped many times, at the cost of a few assignments.
 * Confined to the event loop that it was created for.
 *
 * @since 0.1.0
 */
public final class Countdown extends DeadlineQueue.Entry {

	private final DeadlineQueue queue;

	private final Runnable onExpiry;

	Countdown(DeadlineQueue queue, Runnable onExpiry) {
		this.queue = queue;
		this.onExpiry = onExpiry;
	}

	/**
	 * Starts the timer, or starts it again.
	 */
	public void start() {
		unlink();
		this.queue.add(this);
	}

	/**
	 * Stops the timer.
	 */
	public void stop() {
		unlink();
	}

	@Override
	void expire() {
		this.onExpiry.run();
	}

}
