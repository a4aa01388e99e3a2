package io.github.cometspring.netty;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the states of {@link FastPathHandler}: events in any order that a connection
 * allows, compared with a model. The seed is printed; to repeat a run, set it as the
 * system property {@code comet.test.seed}.
 */
class FastPathStatesTests {

	private static final int CONNECTIONS = 5_000;

	private static final int EVENTS = 80;

	@Test
	void eventsInAnyOrderShouldFollowTheModel() {
		long seed = Long.getLong("comet.test.seed", System.nanoTime());
		System.out.println("comet.test.seed=" + seed);
		Set<ConnectionState> seen = EnumSet.noneOf(ConnectionState.class);
		Random random = new Random(seed);
		for (int i = 0; i < CONNECTIONS; i++) {
			ModelledConnection connection = new ModelledConnection(random, seen);
			try {
				for (int j = 0; j < EVENTS && connection.isOpen(); j++) {
					connection.next();
				}
				connection.finish();
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError(
						"comet.test.seed=%d, connection %d: %s".formatted(seed, i, connection.history()), ex);
			}
		}
		assertThat(seen).containsExactly(ConnectionState.values());
	}

	@Test
	void closedStateShouldBeFinal() {
		for (ConnectionState next : ConnectionState.values()) {
			assertThat(next.leadsTo(ConnectionState.CLOSED)).isTrue();
			assertThat(ConnectionState.CLOSED.leadsTo(next)).isEqualTo(next == ConnectionState.CLOSED);
		}
	}

}
