package io.github.cometspring.protocol;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests for {@link LegacyEntry}.
 */
class LegacyEntryTests {

	@Test
	void messageShouldNotBeEnded() {
		LegacyEntry entry = LegacyEntry.message("a", "ENDED_CHANNEL");
		assertThat(entry.isEnded()).isFalse();
		assertThat(entry).isEqualTo(new LegacyEntry("a", "ENDED_CHANNEL"));
	}

	@Test
	void endedShouldHaveNoData() {
		LegacyEntry entry = LegacyEntry.ended("a");
		assertThat(entry.isEnded()).isTrue();
		assertThat(entry.data()).isNull();
	}

	@Test
	void createWhenSomethingIsMissingShouldFail() {
		assertThatNullPointerException().isThrownBy(() -> LegacyEntry.message("a", null)).withMessage("data");
		assertThatNullPointerException().isThrownBy(() -> LegacyEntry.ended(null)).withMessage("channel");
	}

}
