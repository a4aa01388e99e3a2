package io.github.cometspring.autoconfigure;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CometShutdown}.
 */
class CometShutdownTests {

	@ParameterizedTest
	@CsvSource({ "PT30S,PT5S,PT5S", "PT30S,PT28S,PT28S", "PT30S,PT29S,PT28S", "PT5S,PT5S,PT3S", "PT2S,PT5S,PT0S",
			"PT1S,PT5S,PT0S", "PT30S,PT0S,PT0S" })
	void withinShouldLeaveTwoSecondsOfThePhase(Duration phaseTimeout, Duration wanted, Duration expected) {
		assertThat(CometShutdown.within(phaseTimeout, wanted)).isEqualTo(expected);
	}

	@Test
	void phaseTimeoutShouldBeThatOfSpringBoot() {
		MockEnvironment environment = new MockEnvironment();
		assertThat(CometShutdown.phaseTimeout(environment)).isEqualTo(Duration.ofSeconds(30));
		environment.setProperty("spring.lifecycle.timeout-per-shutdown-phase", "1m");
		assertThat(CometShutdown.phaseTimeout(environment)).isEqualTo(Duration.ofMinutes(1));
	}

}
