package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/**
 * An event loop whose tasks the test runs, one at a time. A test can do something between
 * the submission of a task and its run.
 */
final class ManualEventLoop implements EventLoop {

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(Timer::time));

	private long now;

	private boolean running;

	private boolean shutDown;

	@Override
	public boolean inLoop() {
		return this.running;
	}

	@Override
	public void execute(Runnable task) {
		if (this.shutDown) {
			throw new RejectedExecutionException("Shut down");
		}
		this.tasks.add(task);
	}

	@Override
	public void schedule(Runnable task, Duration delay) {
		this.timers.add(new Timer(this.now + delay.toNanos(), task));
	}

	@Override
	public long nanoTime() {
		return this.now;
	}

	/**
	 * Refuses tasks from now on, as the loop of a server that has stopped.
	 */
	void shutDown() {
		this.shutDown = true;
	}

	/**
	 * Runs a task on the loop before those in its queue.
	 */
	void doNow(Runnable task) {
		this.running = true;
		try {
			task.run();
		}
		finally {
			this.running = false;
		}
	}

	/**
	 * Runs the tasks in the queue, and those that they submit.
	 */
	void runTasks() {
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			doNow(task);
		}
	}

	/**
	 * Runs the first task in the queue.
	 */
	void runTask() {
		doNow(this.tasks.remove());
	}

	/**
	 * Advances the time and runs the timers that are due, but not the tasks in the queue,
	 * as a loop does that runs timers first.
	 */
	void runTimers(Duration time) {
		this.now += time.toNanos();
		for (Timer timer = this.timers.peek(); timer != null && timer.time <= this.now; timer = this.timers.peek()) {
			this.timers.remove();
			doNow(timer.task);
		}
	}

	int waiting() {
		return this.tasks.size();
	}

	private record Timer(long time, Runnable task) {
	}

}
