package io.github.cometspring.soak;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.testing.Memory;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The soak of {@link SoakRun} in small: some messages, not some minutes.
 */
class SoakIT {

	private static final long MEGABYTE = 1024 * 1024;

	private static final int CLIENTS = 200;

	private static final int MESSAGES = 300;

	private static final Duration BEAT = Duration.ofMillis(500);

	private static final Duration LONGEST_LIFE = Duration.ofMillis(1_500);

	private static final Duration PATIENCE = Duration.ofMinutes(3);

	/** Others use the machine, too. */
	private static final Duration PAUSE = Duration.ofMillis(50);

	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations");

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@Timeout(value = 10, unit = TimeUnit.MINUTES)
	void serverShouldKeepNothingOfClientsThatHaveGone(boolean fastPath) throws InterruptedException {
		long seed = Long.getLong("comet.test.seed", System.nanoTime());
		SoakPlan plan = new SoakPlan(CLIENTS, MESSAGES, Duration.ZERO, 4, BEAT, LONGEST_LIFE, PATIENCE, 1, PAUSE);
		Habits habits = Habits.restless(BEAT, LONGEST_LIFE);
		try (Soak soak = Soak.start(plan, seed, "comet.fast-path=" + fastPath)) {
			Memory before = soak.run(plan, habits);
			Memory after = soak.run(plan, habits);
			assertThat(after.since(before).growth()).as("growth from %s to %s", before, after)
				.isLessThan(16 * MEGABYTE);
		}
		assertThat(log.complaints()).isEmpty();
	}

}
