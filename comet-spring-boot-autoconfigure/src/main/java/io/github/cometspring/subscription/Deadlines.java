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
	 * @param timeout how far away each is
	 */
	public Deadlines(Duration timeout) {
		this.timeout = timeout;
	}

	/**
	 * A deadline that begins when it is subscribed to.
	 * @param loop the loop on which it is counted
	 * @return completes on the loop when the time is over, unless cancelled before
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
	 * Does something when the time from now on is over.
	 * @param loop the loop on which it is counted
	 * @param over is run on the loop when the time is over
	 * @return the deadline, to be disposed of when it is met
	 */
	public Disposable after(EventLoop loop, Runnable over) {
		Deadline deadline = new Deadline(loop, over);
		loop.run(deadline::begin);
		return deadline;
	}

	/**
	 * A deadline for one who needs it often, and one at a time.
	 * @param loop the loop on which it is counted
	 * @param over is run on the loop when the time is over
	 * @return the deadline, which is not counted yet
	 */
	public Countdown countdown(EventLoop loop, Runnable over) {
		return new Countdown(queue(loop), over);
	}

	private DeadlineQueue queue(EventLoop loop) {
		return this.queues.computeIfAbsent(loop, (key) -> new DeadlineQueue(key, this.timeout, KEPT));
	}

	private final class Deadline extends DeadlineQueue.Entry implements Subscription, Disposable {

		private final EventLoop loop;

		private final Runnable over;

		/**
		 * Whether it is over, or nobody waits for it any more, which may be said by
		 * another thread.
		 */
		private volatile boolean done;

		private Deadline(EventLoop loop, Runnable over) {
			this.loop = loop;
			this.over = over;
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
				this.over.run();
			}
		}

	}

}
