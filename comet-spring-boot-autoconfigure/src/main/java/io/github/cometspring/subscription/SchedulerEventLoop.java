package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.MonotonicTime;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * An event loop on a worker of a Reactor scheduler: for servers whose event loops are not
 * known, and for tests in virtual time.
 *
 * @since 0.1.0
 */
public final class SchedulerEventLoop implements EventLoop {

	private final MonotonicTime time;

	private final Scheduler.Worker worker;

	private volatile @Nullable Thread running;

	/**
	 * Creates a loop.
	 * @param scheduler the scheduler whose worker runs the tasks; disposing of it ends
	 * the loop
	 */
	public SchedulerEventLoop(Scheduler scheduler) {
		this.time = MonotonicTime.of(scheduler);
		this.worker = scheduler.createWorker();
	}

	@Override
	public boolean inLoop() {
		return this.running == Thread.currentThread();
	}

	@Override
	public void execute(Runnable task) {
		this.worker.schedule(confined(task));
	}

	@Override
	public void schedule(Runnable task, Duration delay) {
		this.worker.schedule(confined(task), delay.toNanos(), TimeUnit.NANOSECONDS);
	}

	private Runnable confined(Runnable task) {
		return () -> {
			this.running = Thread.currentThread();
			try {
				task.run();
			}
			finally {
				this.running = null;
			}
		};
	}

	@Override
	public long nanoTime() {
		return this.time.nanoTime();
	}

}
