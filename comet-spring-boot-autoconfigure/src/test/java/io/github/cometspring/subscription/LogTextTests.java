package io.github.cometspring.subscription;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LogText}.
 */
class LogTextTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "ada", "Ada Lovelace", "ada@example.org", "Zo\u00EB", "\u5C0F\u6797", "\uD83D\uDE00" })
	void ofWhenPlainShouldBeTheSame(String text) {
		assertThat(LogText.of(text)).isEqualTo(text);
	}

	@ParameterizedTest
	@ValueSource(chars = { '\n', '\r', '\t', '\0', '\u001B', '\u007F', '\u0085', '\u2028', '\u2029', '\u202E', '\u200B',
			'\uFEFF', '\'' })
	void ofWhenItCouldForgeALineShouldReplace(char c) {
		assertThat(LogText.of("a" + c + "WARN b")).isEqualTo("a?WARN b");
	}

	@Test
	void ofWhenLongShouldCut() {
		assertThat(LogText.of("x".repeat(100))).isEqualTo("x".repeat(100));
		assertThat(LogText.of("x".repeat(101))).isEqualTo("x".repeat(100) + "...");
	}

}
