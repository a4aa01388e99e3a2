package io.github.cometspring.channel;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MonotonicTime}, and that channels use it: changes of the wall clock
 * have no effect.
 */
class MonotonicTimeTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final ChannelSettings SETTINGS = ChannelSettings.DEFAULT.withIdleTimeout(Duration.ofMinutes(10));

	static Stream<Scheduler> wallClocks() {
		return Stream.of(Schedulers.parallel(), Schedulers.immediate(), Schedulers.boundedElastic(),
				Schedulers.single(Schedulers.parallel()), Schedulers.fromExecutor(Runnable::run),
				new WallClock(Schedulers.parallel()));
	}

	@ParameterizedTest
	@MethodSource("wallClocks")
	void nanoTimeWhenSchedulerReturnsWallClockShouldUseSystemNanoTime(Scheduler scheduler) {
		MonotonicTime time = MonotonicTime.of(scheduler);
		long before = System.nanoTime();
		long told = time.nanoTime();
		assertThat(told - before).isNotNegative();
		assertThat(System.nanoTime() - told).isNotNegative();
	}

	@ParameterizedTest
	@ValueSource(longs = { -3_600, -1, 0, 1, 3_600 })
	void nanoTimeWhenWallClockIsSetShouldNotChange(long seconds) {
		WallClock clock = new WallClock(Schedulers.parallel());
		MonotonicTime time = MonotonicTime.of(clock);
		long before = System.nanoTime();
		clock.move(Duration.ofSeconds(seconds));
		long told = time.nanoTime();
		assertThat(told - before).isNotNegative();
		assertThat(System.nanoTime() - told).isNotNegative();
	}

	@Test
	void nanoTimeWhenSchedulerHasItsOwnClockShouldUseIt() {
		VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
		MonotonicTime time = MonotonicTime.of(scheduler);
		long before = time.nanoTime();
		assertThat(time.nanoTime()).isEqualTo(before);
		scheduler.advanceTimeBy(Duration.ofNanos(1));
		assertThat(time.nanoTime() - before).isOne();
		scheduler.advanceTimeTo(Instant.now().plus(Duration.ofDays(1)));
		long then = time.nanoTime();
		assertThat(time.nanoTime()).as("once virtual, always virtual").isEqualTo(then);
	}

	@Test
	void retainedWhenWallClockIsSetShouldDropNothing() {
		WallClock clock = new WallClock(Schedulers.parallel());
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, clock);
		try {
			ChannelLog log = log(broker, "a");
			log.append("1").block(PATIENCE);
			for (int hours : List.of(1, -2, 3)) {
				clock.move(Duration.ofHours(hours));
				assertThat(log.retained()).isOne();
				assertThat(log.read(new Position(log.newest().epoch(), 0)).gap()).isFalse();
			}
		}
		finally {
			broker.dispose();
		}
	}

	@Test
	void sweepWhenWallClockIsSetShouldCloseNothing() {
		VirtualTimeScheduler sweeps = VirtualTimeScheduler.create();
		WallClock clock = new WallClock(sweeps);
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, clock);
		ChannelLog log = log(broker, "a");
		clock.move(Duration.ofHours(1));
		// Sweeps run, and little time has passed.
		sweeps.advanceTimeBy(Duration.ofMinutes(11));
		assertThat(log.isClosed()).isFalse();
		broker.dispose();
	}

	@Test
	void findClosedWhenWallClockIsSetShouldStillFind() {
		VirtualTimeScheduler sweeps = VirtualTimeScheduler.create();
		WallClock clock = new WallClock(sweeps);
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, clock);
		ChannelLog log = log(broker, "a");
		log.append("1").block(PATIENCE);
		log.close().block(PATIENCE);
		clock.move(Duration.ofHours(1));
		sweeps.advanceTimeBy(Duration.ofMinutes(11));
		assertThat(broker.findAll(Map.of("a", Cursor.of("a", log.newest()))).block(PATIENCE)).containsEntry("a", log);
		broker.dispose();
	}

	private static ChannelLog log(InMemoryChannelBroker broker, String id) {
		return Objects.requireNonNull(broker.create(id, SETTINGS).block(PATIENCE));
	}

}
