package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

import org.jspecify.annotations.NullMarked;

/**
 * A loop whose tasks run when the benchmark calls it.
 */
@NullMarked
public final class OwnLoop implements EventLoop {

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	/** Runs the tasks that wait, and those that they bring. */
	public void drain() {
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			task.run();
		}
	}

	@Override
	public boolean inLoop() {
		return true;
	}

	@Override
	public void execute(Runnable task) {
		this.tasks.add(task);
	}

	@Override
	public void schedule(Runnable task, Duration delay) {
		// No deadline expires during the measurement
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

}
