package io.github.cometspring.architecture.planted.channel;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * Measures with the wall clock.
 */
class TellsWallClock {

	static class ByMillis {

		final long now = System.currentTimeMillis();

	}

	static class ByInstant {

		final Supplier<Instant> now = Instant::now;

	}

	static class ByClock {

		final Clock clock = Clock.systemUTC();

	}

	static class ByScheduler {

		long now(Scheduler scheduler) {
			return scheduler.now(TimeUnit.MILLISECONDS);
		}

	}

	static class ByOperator {

		Flux<?> measured(Flux<?> source) {
			return source.elapsed();
		}

	}

}
