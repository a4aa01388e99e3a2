package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A scheduler that returns the wall clock, as Reactor's own do. A test can set the clock.
 */
final class WallClock implements Scheduler {

	private final Scheduler tasks;

	private final AtomicLong offset = new AtomicLong();

	/**
	 * Creates a clock that shows the right time.
	 * @param tasks runs the tasks
	 */
	WallClock(Scheduler tasks) {
		this.tasks = tasks;
	}

	void move(Duration by) {
		this.offset.addAndGet(by.toMillis());
	}

	@Override
	public long now(TimeUnit unit) {
		return unit.convert(System.currentTimeMillis() + this.offset.get(), TimeUnit.MILLISECONDS);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return this.tasks.schedule(task);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return this.tasks.schedule(task, delay, unit);
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		return this.tasks.schedulePeriodically(task, initialDelay, period, unit);
	}

	@Override
	public Worker createWorker() {
		return this.tasks.createWorker();
	}

}
