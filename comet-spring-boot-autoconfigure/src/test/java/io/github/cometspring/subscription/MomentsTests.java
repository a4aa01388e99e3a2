package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Moments}, in virtual time.
 */
class MomentsTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final CountingLoop loop = new CountingLoop(new SchedulerEventLoop(this.time));

	private final Moments moments = new Moments(this.loop);

	private final List<String> reached = new ArrayList<>();

	@Test
	void momentsShouldBeReachedInTheirOrder() {
		add("c", 30);
		add("a", 10);
		add("d", 3000);
		add("b", 20);
		advance(9);
		assertThat(this.reached).isEmpty();
		advance(1);
		assertThat(this.reached).containsExactly("a");
		advance(20);
		assertThat(this.reached).containsExactly("a", "b", "c");
		advance(2969);
		assertThat(this.reached).hasSize(3);
		advance(1);
		assertThat(this.reached).containsExactly("a", "b", "c", "d");
		assertThat(this.moments.size()).isZero();
	}

	@Test
	void momentsThatAreOverShouldBeReachedAtOnce() {
		advance(100);
		add("past", 10);
		advance(0);
		assertThat(this.reached).containsExactly("past");
	}

	@Test
	void momentsAtTheSameTimeShouldAllBeReached() {
		for (int i = 0; i < 1000; i++) {
			add("same", 10);
		}
		advance(10);
		assertThat(this.reached).hasSize(1000);
	}

	@Test
	void momentThatIsRemovedShouldNotBeReached() {
		Moments.Moment removed = add("removed", 10);
		add("kept", 10);
		this.moments.remove(removed);
		this.moments.remove(removed);
		advance(10);
		assertThat(this.reached).containsExactly("kept");
	}

	@Test
	void momentWhenAnotherFailsShouldStillBeReached() {
		Moments.Moment failing = new Moments.Moment() {
			@Override
			void reached() {
				throw new IllegalStateException("planned");
			}
		};
		failing.at(TimeUnit.SECONDS.toNanos(10));
		this.moments.add(failing);
		add("next", 10);
		advance(10);
		assertThat(this.loop.failed).isOne();
		assertThat(this.reached).containsExactly("next");
	}

	@Test
	void timersWhenEachMomentIsEarlierThanTheLastShouldNotPileUp() {
		// As when two clocks drift apart, and polls come and go until midnight
		for (int i = 0; i < 10_000; i++) {
			this.moments.remove(add("late", 40_000 - i));
		}
		assertThat(this.loop.scheduled).isOne();
		advance(60);
		assertThat(this.loop.scheduled).isOne();
	}

	private Moments.Moment add(String name, long second) {
		Moments.Moment moment = new Moments.Moment() {
			@Override
			void reached() {
				MomentsTests.this.reached.add(name);
			}
		};
		moment.at(TimeUnit.SECONDS.toNanos(second));
		this.moments.add(moment);
		return moment;
	}

	private void advance(long seconds) {
		this.time.advanceTimeBy(Duration.ofSeconds(seconds));
	}

	/**
	 * Counts the timers of a loop, and the tasks that fail.
	 */
	private static final class CountingLoop implements EventLoop {

		private final EventLoop loop;

		private int scheduled;

		private int failed;

		private CountingLoop(EventLoop loop) {
			this.loop = loop;
		}

		@Override
		public boolean inLoop() {
			return this.loop.inLoop();
		}

		@Override
		public void schedule(Runnable task, Duration delay) {
			this.scheduled++;
			this.loop.schedule(() -> {
				try {
					task.run();
				}
				catch (IllegalStateException ex) {
					this.failed++;
				}
			}, delay);
		}

		@Override
		public long nanoTime() {
			return this.loop.nanoTime();
		}

		@Override
		public void execute(Runnable task) {
			this.loop.execute(task);
		}

	}

}
