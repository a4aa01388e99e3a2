package io.github.cometspring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains an {@link InvalidChannelPatternException}.
 */
class InvalidChannelPatternFailureAnalyzer extends AbstractFailureAnalyzer<InvalidChannelPatternException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidChannelPatternException cause) {
		return new FailureAnalysis("The property %s is invalid: %s.".formatted(cause.getProperty(), cause.getReason()),
				"Write the pattern as in comet.channels[prices/*].history.size, or in YAML as the quoted key \"[prices/*]\" below comet.channels.",
				cause);
	}

}
