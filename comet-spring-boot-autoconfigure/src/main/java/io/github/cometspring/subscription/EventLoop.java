package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * A queue of tasks that one thread runs. State that is confined to a loop is used by its
 * tasks only and needs no locks. A client is confined to the loop that owns its socket.
 * <p>
 * Implementations run tasks one at a time, in the order they came, and are thread-safe.
 *
 * @since 0.1.0
 */
public interface EventLoop extends Executor {

	/**
	 * How many clients or deadlines one task serves before it lets the loop do I/O.
	 */
	int SLICE = 64;

	/**
	 * Whether the caller is a task of this loop.
	 * @return {@code true} if the caller may use state that is confined to the loop
	 */
	boolean inLoop();

	/**
	 * Runs a task after the loop has processed pending I/O: for long work that is done in
	 * slices.
	 * @param task the task
	 */
	default void executeAfterIo(Runnable task) {
		execute(task);
	}

	/**
	 * Runs a task after a delay.
	 * @param task the task
	 * @param delay the delay
	 */
	void schedule(Runnable task, Duration delay);

	/**
	 * The time.
	 * @return nanoseconds from an arbitrary origin
	 */
	long nanoTime();

	/**
	 * Runs a task at once if the caller is on the loop, else {@linkplain #execute
	 * executes} it there.
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
