package io.github.cometspring.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ReactorNettyVersionTests {

	@ParameterizedTest
	@ValueSource(strings = { "1.3.7", "1.3.6", "1.3.0", "1.3.8-SNAPSHOT", "1.3.0-M1", "1.2.11", "1.2.18", "1.2.99",
			"1.0.0", "0.9.25.RELEASE" })
	void warningWhenVersionIsFaultyShouldNameIssueAndVersion(String version) {
		assertThat(ReactorNettyVersion.warning(version)).hasValueSatisfying((warning) -> assertThat(warning)
			.contains("Reactor Netty " + version + " ", "reactor-netty#4361", "hangs", "1.3.8"));
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { "1.3.8", "1.3.8.RELEASE", "1.3.9", "1.3.10", "1.4.0-M1", "1.10.0", "2.0.0", "dev",
			"unspecified", "v1", "-" })
	void warningWhenFixedOrNotKnownShouldBeAbsent(String version) {
		assertThat(ReactorNettyVersion.warning(version)).isEmpty();
	}

	@Test
	void warningOfVersionInUseShouldBeAbsent() {
		assertThat(ReactorNettyVersion.warning()).isEmpty();
	}

}
