package io.github.cometspring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains an {@link UnsupportedSpringBootException}.
 */
class UnsupportedSpringBootFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedSpringBootException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedSpringBootException cause) {
		return new FailureAnalysis(
				"Comet for Spring Boot works with Spring Boot 4.0.x and 4.1.x, and this application runs on %s. Its first poll would fail inside the server and hang."
					.formatted(cause.getVersion()),
				"Move the application to Spring Boot 4.0.x or 4.1.x, or take comet-spring-boot-starter out of its dependencies.",
				cause);
	}

}
