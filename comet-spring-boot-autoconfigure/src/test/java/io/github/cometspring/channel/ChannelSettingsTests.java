package io.github.cometspring.channel;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ChannelSettings} and {@link Position}.
 */
class ChannelSettingsTests {

	@ParameterizedTest
	@CsvSource({ "-1, PT1S,", "1, PT0S,", "1, PT-1S,", "1, PT8760H0.000000001S,", "1, PT2562047788015215H,",
			"1, PT1S, PT0S", "1, PT1S, PT-0.001S", "1, PT1S, PT8761H", "1, PT1S, PT2562047788015215H" })
	void createWhenOutOfRangeShouldFail(int size, Duration age, @Nullable Duration idle) {
		assertThatIllegalArgumentException().isThrownBy(() -> new ChannelSettings(size, age, idle, MessageFormat.TEXT));
	}

	@ParameterizedTest
	@CsvSource({ "0, PT0.000000001S,", "2147483647, PT8760H, PT8760H", "1, PT1S, PT0.001S" })
	void createWhenInRangeShouldHaveValues(int size, Duration age, @Nullable Duration idle) {
		ChannelSettings settings = new ChannelSettings(size, age, idle, MessageFormat.TEXT);
		assertThat(settings.historySize()).isEqualTo(size);
		assertThat(settings.historyMaxAge()).isEqualTo(age);
		assertThat(settings.idleTimeout()).isEqualTo(idle);
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "-1, 0", "281474976710656, 0", "1, -1", "1, 281474976710656" })
	void positionWhenOutOfRangeShouldFail(long epoch, long offset) {
		assertThatIllegalArgumentException().isThrownBy(() -> new Position(epoch, offset));
	}

	@Test
	void positionWhenInRangeShouldHaveValues() {
		assertThat(new Position(Position.MAX_EPOCH, Position.MAX_OFFSET))
			.isEqualTo(new Position(281474976710655L, 281474976710655L));
		assertThat(new Position(1, 0).offset()).isZero();
	}

}
