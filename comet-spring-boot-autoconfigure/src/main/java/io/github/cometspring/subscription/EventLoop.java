package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * One thread's queue of tasks. What belongs to a loop is touched by its tasks alone and
 * needs no locks; a client belongs to the loop that owns its socket.
 * <p>
 * Implementations run tasks one at a time, in the order they came, and are thread-safe.
 *
 * @since 0.1.0
 */
public interface EventLoop extends Executor {

	/**
	 * Whether the caller is a task of this loop.
	 * @return {@code true} if the loop's possessions may be touched
	 */
	boolean inLoop();

	/**
	 * Runs a task when the sockets of the loop have had their turn: for work that is long
	 * and is done in slices.
	 * @param task the task
	 */
	default void executeAfterIo(Runnable task) {
		execute(task);
	}

	/**
	 * Runs a task later.
	 * @param task the task
	 * @param delay how long from now
	 */
	void schedule(Runnable task, Duration delay);

	/**
	 * The time.
	 * @return nanoseconds from an arbitrary origin
	 */
	long nanoTime();

	/**
	 * Runs a task at once if the caller is on the loop, else as soon as it can be.
	 * @param task the task
	 */
	default void run(Runnable task) {
		if (inLoop()) {
			task.run();
		}
		else {
			execute(task);
		}
	}

}
