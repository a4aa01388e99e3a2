package io.github.cometspring.soak;

import java.lang.management.ManagementFactory;
import java.time.Duration;

import com.sun.management.UnixOperatingSystemMXBean;
import io.github.cometspring.testing.Memory;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Thousands of clients of all dialects for a long time: they come, stall, reset, get lost
 * and go, while channels are created and closed and the operator gives commands. Not part
 * of the build; {@code docs/operations.md} has the command. The system property
 * {@code comet.soak.minutes} says how long, {@code comet.soak.clients} how many, and
 * {@code comet.test.seed} what happens when.
 */
class SoakRun {

	private static final long MEGABYTE = 1024 * 1024;

	private static final Duration BEAT = Duration.ofSeconds(5);

	private static final Duration LONGEST_LIFE = Duration.ofSeconds(40);

	private static final Duration PATIENCE = Duration.ofMinutes(3);

	/** Caches fill, and code is compiled, before memory is measured. */
	private static final Duration WARMING = Duration.ofSeconds(60);

	private static final Duration BETWEEN_COMMANDS = Duration.ofSeconds(15);

	private static final double TOLERANCE = 1.15;

	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations");

	@Test
	void serverShouldKeepNothingOfClientsThatHaveGone() throws InterruptedException {
		Duration lasts = Duration.ofMinutes(Long.getLong("comet.soak.minutes", 1));
		int clients = Math.min(Integer.getInteger("comet.soak.clients", 5_000), mostClients());
		long seed = Long.getLong("comet.test.seed", System.nanoTime());
		SoakPlan plan = new SoakPlan(clients, 0, lasts, (int) lasts.dividedBy(BETWEEN_COMMANDS), BEAT, LONGEST_LIFE,
				PATIENCE, 2, Duration.ZERO);
		Habits habits = Habits.restless(BEAT, LONGEST_LIFE);
		try (Soak soak = Soak.start(plan, seed)) {
			soak.say("%d minutes, %d clients of at most %d", lasts.toMinutes(), clients, mostClients());
			Memory before = soak.run(plan.lasting(WARMING).withCommands(4), habits);
			Memory after = soak.run(plan, habits);
			soak.say("memory before: %s, after: %s", before, after);
			assertThat((double) after.heap()).isLessThan(before.heap() * TOLERANCE + MEGABYTE);
			assertThat((double) after.direct()).isLessThan(before.direct() * TOLERANCE + 4 * MEGABYTE);
		}
		assertThat(log.complaints()).isEmpty();
	}

	/**
	 * How many clients there are file descriptors for: this process has both ends of each
	 * connection, and some ends that have been abandoned.
	 */
	private static int mostClients() {
		return (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)
				? (int) Math.min(Integer.MAX_VALUE, (system.getMaxFileDescriptorCount() - 1_000) * 2 / 5)
				: Integer.MAX_VALUE;
	}

}
