package io.github.cometspring.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.diagnostics.FailureAnalysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

class CometStartCheckTests {

	@ParameterizedTest
	@ValueSource(
			strings = { "3.5.7", "3.5.16", "3.99.0", "3.5.0-SNAPSHOT", "3.0.0-M1", "2.7.18", "1.5.22.RELEASE", "3" })
	void checkWhenSpringBootIsOlderThan4ShouldFail(String version) {
		assertThatExceptionOfType(UnsupportedSpringBootException.class)
			.isThrownBy(() -> CometStartCheck.checkSpringBoot(version))
			.satisfies((ex) -> assertThat(ex.getVersion()).isEqualTo(version));
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { "4.0.0", "4.0.7", "4.1.2", "4.1.0-SNAPSHOT", "4.2.0-M1", "5.0.0", "10.0.0", "unknown", ".",
			"99999999999.0" })
	void checkWhenSpringBootIsNewerOrNotKnownShouldPass(String version) {
		assertThatNoException().isThrownBy(() -> CometStartCheck.checkSpringBoot(version));
	}

	@Test
	void analysisShouldNameVersionsThatWork() {
		FailureAnalysis analysis = new UnsupportedSpringBootFailureAnalyzer()
			.analyze(new IllegalStateException(new UnsupportedSpringBootException("3.5.7")));
		assertThat(analysis).isNotNull();
		assertThat(analysis.getDescription()).contains("3.5.7", "4.0.x", "4.1.x");
		assertThat(analysis.getAction()).contains("4.0.x", "4.1.x");
	}

}
