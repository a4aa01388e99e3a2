package io.github.cometspring.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TimerWheel}.
 */
class TimerWheelTests {

	private static final long ORIGIN = Long.MAX_VALUE - Duration.ofSeconds(100).toNanos();

	private final TimerWheel<Task> wheel = new TimerWheel<>(ORIGIN);

	@Test
	void pollShouldReturnDueEntryWithinASecond() {
		Task now = add("now", 0);
		Task soon = add("soon", 2000);
		Task later = add("later", 2001);
		assertThat(poll(999)).isEmpty();
		assertThat(poll(1000)).containsExactly(now);
		assertThat(poll(1999)).isEmpty();
		assertThat(poll(2000)).containsExactly(soon);
		assertThat(poll(3000)).containsExactly(later);
		assertThat(poll(1_000_000)).as("once").isEmpty();
	}

	@Test
	void pollWhenManyAreDueTogetherShouldReturnAll() {
		List<Task> tasks = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			tasks.add(add("task", 5000 + i));
		}
		assertThat(poll(5000)).containsExactly(tasks.get(0));
		assertThat(poll(6000)).containsExactlyInAnyOrderElementsOf(tasks.subList(1, 100));
	}

	@Test
	void addWhenItIsThereShouldOnlyMoveItEarlier() {
		Task task = add("task", 10_000);
		this.wheel.add(task, at(20_000));
		assertThat(poll(9000)).isEmpty();
		this.wheel.add(task, at(9500));
		assertThat(poll(10_000)).containsExactly(task);
		this.wheel.add(task, at(20_000));
		this.wheel.add(task, at(15_000));
		assertThat(poll(15_000)).containsExactly(task);
		assertThat(poll(20_000)).isEmpty();
	}

	@Test
	void removeShouldLeaveTheOthers() {
		List<Task> tasks = List.of(add("a", 5000), add("b", 5000), add("c", 5000), add("d", 5000));
		this.wheel.remove(tasks.get(0));
		this.wheel.remove(tasks.get(2));
		this.wheel.remove(tasks.get(3));
		this.wheel.remove(tasks.get(3));
		assertThat(poll(5000)).containsExactly(tasks.get(1));
	}

	@Test
	void pollWhenDueAfterMoreThanATurnShouldReturnItOnceATurn() {
		Task year = add("year", Duration.ofDays(365).toMillis());
		int round = TimerWheel.SLOTS * 1000;
		assertThat(poll(round - 2000)).isEmpty();
		assertThat(poll(round - 1000)).containsExactly(year);
		this.wheel.add(year, at(Duration.ofDays(365).toMillis()));
		assertThat(poll(round)).isEmpty();
		assertThat(poll(2L * round)).containsExactly(year);
	}

	@Test
	void pollWhenNotCalledForLongShouldReturnAll() {
		List<Task> tasks = List.of(add("a", 1000), add("b", 100_000), add("c", 500_000), add("d", 10_000_000));
		assertThat(poll(100_000_000)).containsExactlyInAnyOrderElementsOf(tasks);
	}

	@Test
	void pollWhenTasksAreAddedAndRemovedShouldReturnEachInItsSecond() {
		Random random = new Random(7);
		List<Task> there = new ArrayList<>();
		for (long second = 1; second < 2000; second++) {
			for (int i = 0; i < 5; i++) {
				there.add(add("task", second * 1000 + random.nextInt(300_000)));
			}
			Task gone = there.remove(random.nextInt(there.size()));
			this.wheel.remove(gone);
			long now = second * 1000;
			List<Task> due = there.stream().filter((task) -> task.due <= now).toList();
			assertThat(poll(now)).containsExactlyInAnyOrderElementsOf(due);
			there.removeAll(due);
		}
	}

	private static long at(long millis) {
		return ORIGIN + millis * 1_000_000;
	}

	private Task add(String name, long millis) {
		Task task = new Task(name, millis);
		this.wheel.add(task, at(millis));
		return task;
	}

	private List<Task> poll(long millis) {
		List<Task> found = new ArrayList<>();
		for (Task task = this.wheel.poll(at(millis)); task != null; task = this.wheel.poll(at(millis))) {
			found.add(task);
		}
		return found;
	}

	private static final class Task extends TimerWheel.Entry<Task> {

		private final String name;

		private final long due;

		private Task(String name, long due) {
			this.name = name;
			this.due = due;
		}

		@Override
		public String toString() {
			return this.name + "@" + this.due;
		}

	}

}
