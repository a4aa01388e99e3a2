package io.github.cometspring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a {@link CometPathTakenException}.
 */
class CometPathTakenFailureAnalyzer extends AbstractFailureAnalyzer<CometPathTakenException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, CometPathTakenException cause) {
		return new FailureAnalysis("Comet answers on '%s', but the application has a handler there: %s."
			.formatted(cause.getPath(), cause.getHandler()),
				"Set comet.path to a path that is free, or move the handler.", cause);
	}

}
