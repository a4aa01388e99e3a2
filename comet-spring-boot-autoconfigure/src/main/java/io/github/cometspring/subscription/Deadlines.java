package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Deadlines of one length on event loops, which cost next to nothing as long as they are
 * not reached: a queue for each loop, not a timer for each deadline.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Deadlines {

	/** There is one queue for each loop, which stays although nobody waits. */
	private static final Runnable KEPT = () -> {
	};

	private final ConcurrentHashMap<EventLoop, DeadlineQueue> queues = new ConcurrentHashMap<>();

	private final Duration timeout;

	/**
	 * Creates deadlines.
	 * @param timeout how long each takes
	 */
	public Deadlines(Duration timeout) {
		this.timeout = timeout;
	}

	/**
	 * A deadline that begins when it is subscribed to.
	 * @param loop the loop on which it is counted
	 * @return completes on the loop when the timeout has passed, unless cancelled before
	 */
	public Mono<Void> on(EventLoop loop) {
		return new Mono<>() {
			@Override
			public void subscribe(CoreSubscriber<? super Void> subscriber) {
				Deadline deadline = new Deadline(loop, subscriber::onComplete);
				subscriber.onSubscribe(deadline);
				loop.run(deadline::begin);
			}
		};
	}

	/**
	 * Runs a task when the timeout, counted from now, has passed.
	 * @param loop the loop on which the timeout is counted and the task is run
	 * @param task the task
	 * @return cancels the task when it is disposed of, on any thread; has to be disposed
	 * of if the task is no longer wanted
	 */
	public Disposable after(EventLoop loop, Runnable task) {
		Deadline deadline = new Deadline(loop, task);
		loop.run(deadline::begin);
		return deadline;
	}

	/**
	 * Creates a timer that its owner starts and stops many times.
	 * @param loop the loop on which the timeout is counted and the task is run
	 * @param task is run each time that the timeout has passed since the last start
	 * @return the timer, not started; it is confined to the loop
	 */
	public Countdown countdown(EventLoop loop, Runnable task) {
		return new Countdown(queue(loop), task);
	}

	private DeadlineQueue queue(EventLoop loop) {
		return this.queues.computeIfAbsent(loop, (key) -> new DeadlineQueue(key, this.timeout, KEPT));
	}

	private final class Deadline extends DeadlineQueue.Entry implements Subscription, Disposable {

		private final EventLoop loop;

		private final Runnable task;

		/**
		 * Whether the task has run, or has been cancelled, which any thread may do.
		 */
		private volatile boolean done;

		private Deadline(EventLoop loop, Runnable task) {
			this.loop = loop;
			this.task = task;
		}

		private void begin() {
			if (!this.done) {
				queue(this.loop).add(this);
			}
		}

		@Override
		public void request(long n) {
			Operators.validate(n);
		}

		@Override
		public void cancel() {
			dispose();
		}

		@Override
		public void dispose() {
			this.done = true;
			this.loop.run(this::unlink);
		}

		@Override
		void expire() {
			if (!this.done) {
				this.done = true;
				this.task.run();
			}
		}

	}

}
