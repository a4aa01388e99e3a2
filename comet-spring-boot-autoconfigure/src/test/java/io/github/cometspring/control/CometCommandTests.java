package io.github.cometspring.control;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.control.CometCommand.Activate;
import io.github.cometspring.control.CometCommand.Deactivate;
import io.github.cometspring.control.CometCommand.Disconnect;
import io.github.cometspring.control.CometCommand.SetTimeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Tests for {@link CometCommand}.
 */
class CometCommandTests {

	@ParameterizedTest
	@ValueSource(strings = { "activate", " activate", "activate ", "\tactivate\r\n" })
	void parseWhenActivateShouldReturnIt(String line) {
		assertThat(CometCommand.parse(line)).contains(new Activate());
	}

	@ParameterizedTest
	@ValueSource(strings = { "deactivate", "  deactivate  ", "deactivate\n" })
	void parseWhenDeactivateShouldReturnIt(String line) {
		assertThat(CometCommand.parse(line)).contains(new Deactivate());
	}

	@ParameterizedTest
	@ValueSource(strings = { "set_timeout 30", "set_timeout\t30", "set_timeout   30\n", "set_timeout 3e1",
			"set_timeout PT30S" })
	void parseWhenSetTimeoutShouldReturnIt(String line) {
		assertThat(CometCommand.parse(line)).contains(new SetTimeout(Duration.ofSeconds(30), false));
	}

	@ParameterizedTest
	@ValueSource(strings = { "set_timeout 0.5 KILL", "set_timeout .5\tKILL ", " set_timeout  0.5  KILL" })
	void parseWhenSetTimeoutAndKillShouldReturnIt(String line) {
		assertThat(CometCommand.parse(line)).contains(new SetTimeout(Duration.ofMillis(500), true));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\n", "Activate", "ACTIVATE", "activate now", "deactivate KILL", "activated",
			"comet:activate", "activate;", "deactivate activate", "set_timeout", "set_timeout ", "set_timeout 30 kill",
			"set_timeout 30 Kill", "set_timeout 30 KILL KILL", "set_timeout 30 40", "set_timeout KILL 30",
			"SET_TIMEOUT 30", "set-timeout 30", "settimeout 30", "set_timeout30", "set_timeout 30KILL x",
			"set_timeout\u200330", "kill", "KILL", "reload", "\u0000", "activate\u0000" })
	void parseWhenThereIsNoSuchCommandShouldReturnEmpty(String line) {
		assertThat(CometCommand.parse(line)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "set_timeout x", "set_timeout -1", "set_timeout -1e-10", "set_timeout -0.0000000001",
			"set_timeout nan KILL", "set_timeout 30KILL", "set_timeout KILL" })
	void parseWhenTimeoutIsInvalidShouldFail(String line) {
		assertThatExceptionOfType(InvalidTimeoutException.class).isThrownBy(() -> CometCommand.parse(line));
	}

	@Test
	void parseWhenArgumentsAreSeparateShouldReturnCommand() {
		assertThat(CometCommand.parse("activate", List.of())).contains(new Activate());
		assertThat(CometCommand.parse("deactivate", List.of())).contains(new Deactivate());
		assertThat(CometCommand.parse("set_timeout", List.of("1", "KILL")))
			.contains(new SetTimeout(Duration.ofSeconds(1), true));
		assertThat(CometCommand.parse("activate", List.of(""))).isEmpty();
		assertThat(CometCommand.parse("set_timeout", List.of())).isEmpty();
		assertThat(CometCommand.parse("", List.of())).isEmpty();
	}

	@Test
	void parseWhenDisconnectShouldReturnIt() {
		assertThat(CometCommand.parse("disconnect ada")).contains(new Disconnect("ada"));
		assertThat(CometCommand.parse("disconnect", List.of("a b"))).contains(new Disconnect("a b"));
		assertThat(CometCommand.parse("disconnect")).isEmpty();
		assertThat(CometCommand.parse("disconnect a b")).isEmpty();
		assertThat(CometCommand.parse("disconnect", List.of(""))).isEmpty();
		assertThat(CometCommand.parse("revoke a b")).isEmpty();
	}

	@Test
	void parseWhenLineIsLongShouldReturnQuickly() {
		assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
			assertThat(CometCommand.parse("x ".repeat(100_000))).isEmpty();
			assertThat(CometCommand.parse(" ".repeat(100_000) + "activate")).contains(new Activate());
		});
	}

	@ParameterizedTest
	@CsvSource({ "0, PT0S", "-0, PT0S", "0.0, PT0S", "30, PT30S", "0.5, PT0.5S", ".5, PT0.5S", "5., PT5S", "+3, PT3S",
			"1e-1, PT0.1S", "1E1, PT10S", "1.5e+1, PT15S", "007, PT7S", "0.000000001, PT0.000000001S",
			"0.0000000019, PT0.000000001S", "1e-99, PT0S", "0e99, PT0S", "31536000, PT8760H", "31536000.0, PT8760H",
			"PT30S, PT30S", "pt0.25s, PT0.25S", "P1D, PT24H", "PT1M30S, PT1M30S", "PT0S, PT0S", "P365D, PT8760H" })
	void parseTimeoutShouldReturnIt(String value, Duration expected) {
		assertThat(SetTimeout.parseTimeout(value)).isEqualTo(expected);
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { " ", "-1", "-0.000000001", "-PT1S", "PT-1S", "nan", "NaN", "inf", "Infinity", "+inf",
			"1e300", "1e99", "9e18", "9223372036854775808", "31536000.000000001", "31536001", "P366D", "PT8760H1S",
			"PT9223372036854775807S", "1,5", "1_000", "0x1p3", "0x10", "1f", "1d", "1L", "1e", "e1", ".", "+", "-", "e",
			"+-3", "1.2.3", "1 2", " 1", "1 ", "1\n", "30s", "P", "PT", "P1Y", "PT1", "\u0661", "\uFF11", "\u221E",
			"1\u0000", "null", "true", "{}" })
	void parseTimeoutWhenInvalidShouldFail(String value) {
		assertThatExceptionOfType(InvalidTimeoutException.class).isThrownBy(() -> SetTimeout.parseTimeout(value))
			.withMessageContaining("timeout")
			.withNoCause();
	}

	@Test
	void parseTimeoutWhenTextIsHugeShouldFailQuickly() {
		String digits = "9".repeat(100_000);
		for (String huge : List.of(digits, "0." + digits, "." + digits, digits + ".", "1e" + digits, "1e-" + digits,
				"-" + digits, "PT" + digits + "S", "PT1." + digits + "S", "P" + digits + "D", "P".repeat(100_000),
				"PT" + "1".repeat(100_000), "+".repeat(100_000), "0".repeat(100_000))) {
			assertTimeoutPreemptively(Duration.ofSeconds(2),
					() -> assertThatExceptionOfType(InvalidTimeoutException.class)
						.isThrownBy(() -> SetTimeout.parseTimeout(huge)));
		}
	}

	@Test
	void parseTimeoutShouldReturnValueThatControlAccepts() {
		assertThatNoException().isThrownBy(() -> new CometControl(SetTimeout.parseTimeout("31536000")).timeout());
	}

}
