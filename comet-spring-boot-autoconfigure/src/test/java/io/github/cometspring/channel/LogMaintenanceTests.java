package io.github.cometspring.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LogMaintenance} in a broker: sweeps visit only logs that are due, and
 * the count of retained messages is right. The test runs the sweeps and counts the
 * visits.
 */
class LogMaintenanceTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	@BeforeEach
	void sweepByHand() {
		this.broker.dispose();
	}

	@Test
	void sweepWhenNothingIsDueShouldVisitNothing() {
		for (int i = 0; i < 1000; i++) {
			log("kept-" + i, ChannelSettings.DEFAULT.withIdleTimeout(Duration.ofMinutes(10))).append("1")
				.block(PATIENCE);
			log("empty-" + i, ChannelSettings.DEFAULT);
		}
		assertThat(sweep(299)).isZero();
		assertThat(sweep(3)).as("messages that are too old").isEqualTo(1000);
		assertThat(sweep(200)).as("idle, but not for so long").isZero();
		assertThat(sweep(100)).as("when each may be idle, and when it is").isLessThanOrEqualTo(3000);
		assertThat(this.broker.list().count().block(PATIENCE)).isEqualTo(1000);
		assertThat(sweep(300)).isZero();
	}

	@Test
	void sweepWhenChannelIsPublishedOnContinuouslyShouldVisitOncePerMaximumAge() {
		ChannelLog log = log("a", ChannelSettings.DEFAULT.withHistoryMaxAge(Duration.ofSeconds(10))
			.withIdleTimeout(Duration.ofSeconds(20)));
		int visits = 0;
		for (int i = 0; i < 200; i++) {
			log.append("m").block(PATIENCE);
			visits += sweep(1);
		}
		assertThat(log.isClosed()).isFalse();
		assertThat(visits).as("with one message a second, one becomes too old each second").isLessThanOrEqualTo(200);
		ChannelLog bounded = log("b",
				ChannelSettings.DEFAULT.withHistorySize(2).withHistoryMaxAge(Duration.ofSeconds(10)));
		sweep(100);
		visits = 0;
		for (int i = 0; i < 200; i++) {
			bounded.append("m").block(PATIENCE);
			visits += sweep(1);
		}
		assertThat(visits).isBetween(15, 30);
	}

	@Test
	void sweepWhenClientsListenShouldVisitOncePerIdleTimeout() {
		ChannelLog log = log("a", ChannelSettings.DEFAULT.withIdleTimeout(Duration.ofSeconds(50)));
		log.join();
		assertThat(sweep(500)).isBetween(9, 11);
		log.leave();
		sweep(49);
		assertThat(log.isClosed()).isFalse();
		sweep(2);
		assertThat(log.isClosed()).isTrue();
	}

	@Test
	void sweepWhenChannelsAreClosedShouldNotVisitThem() {
		for (int i = 0; i < 1000; i++) {
			ChannelLog log = log("a" + i, ChannelSettings.DEFAULT.withIdleTimeout(Duration.ofMinutes(10)));
			log.append("1").block(PATIENCE);
			log.close().block(PATIENCE);
		}
		assertThat(sweep(1000)).isZero();
	}

	@Test
	void sweepWhenProcessWasSuspendedShouldLeaveTimeToUseObtainedChannel() {
		ChannelLog log = log("a", ChannelSettings.DEFAULT.withIdleTimeout(Duration.ofMillis(1)));
		sweep(1);
		assertThat(this.broker.obtain("a", ChannelSettings.DEFAULT).block(PATIENCE)).isSameAs(log);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		// The scheduler catches up on the sweeps that it has missed.
		for (int i = 0; i < 60; i++) {
			this.broker.sweep();
		}
		assertThat(log.append("1").block(PATIENCE)).isNotNull();
		sweep(2);
		assertThat(log.isClosed()).isTrue();
	}

	@Test
	void retainedShouldBeTheSumOfAllChannels() {
		Random random = new Random(11);
		List<Disposable> listeners = new ArrayList<>();
		List<ChannelLog> logs = new ArrayList<>();
		for (int i = 0; i < 2000; i++) {
			ChannelLog log = this.broker.obtain("a" + random.nextInt(40),
					new ChannelSettings(random.nextInt(4) * random.nextInt(4),
							Duration.ofSeconds(1 + random.nextInt(20)), Duration.ofSeconds(1 + random.nextInt(60)),
							MessageFormat.TEXT))
				.block(PATIENCE);
			logs.add(Objects.requireNonNull(log));
			switch (random.nextInt(10)) {
				case 0 -> log.close().block(PATIENCE);
				case 1 -> listeners.add(log.live().subscribe());
				case 2 -> listeners.forEach(Disposable::dispose);
				case 3 -> log.readAll();
				case 4 -> {
					ChannelLog other = logs.get(random.nextInt(logs.size()));
					other.readLive(new Position(other.newest().epoch(), 0));
				}
				case 5, 6 -> sweep(random.nextInt(4));
				default -> log.append("m").block(PATIENCE);
			}
			if (i % 10 == 0) {
				sweep(1);
				assertThat(this.broker.state().map(BrokerState::retained).block(PATIENCE))
					.isEqualTo(this.broker.list().map(ChannelLog::retained).reduce(0L, Long::sum).block(PATIENCE));
				// One byte each
				assertThat(this.broker.state().map(BrokerState::bytes).block(PATIENCE))
					.isEqualTo(this.broker.list().map(LogMaintenanceTests::kept).reduce(0L, Long::sum).block(PATIENCE));
			}
		}
		logs.forEach((log) -> log.close().block(PATIENCE));
		assertThat(this.broker.state().map(BrokerState::retained).block(PATIENCE)).isZero();
		assertThat(this.broker.state().map(BrokerState::bytes).block(PATIENCE)).isZero();
	}

	/**
	 * How many messages a log keeps, those for readers that are listening included.
	 */
	private static long kept(ChannelLog log) {
		return ((MessageHistory) Objects.requireNonNull(ReflectionTestUtils.getField(log, "history"))).size();
	}

	private ChannelLog log(String id, ChannelSettings settings) {
		return Objects.requireNonNull(this.broker.create(id, settings).block(PATIENCE));
	}

	/**
	 * Advances the time.
	 * @return the number of visits
	 */
	private int sweep(int seconds) {
		int visits = 0;
		for (int i = 0; i < seconds; i++) {
			this.time.advanceTimeBy(Duration.ofSeconds(1));
			visits += this.broker.sweep();
		}
		return visits;
	}

}
