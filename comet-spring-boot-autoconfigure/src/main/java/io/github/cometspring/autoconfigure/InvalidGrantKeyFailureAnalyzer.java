package io.github.cometspring.autoconfigure;

import io.github.cometspring.security.GrantKey;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains an {@link InvalidGrantKeyException}.
 */
class InvalidGrantKeyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidGrantKeyException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidGrantKeyException cause) {
		return new FailureAnalysis(
				"Key %d of %s has %d characters. %s".formatted(cause.getNumber(), cause.getProperty(),
						cause.getLength(),
						cause.getProperty().equals("comet.grants.keys") ? "Grants signed with it could be forged."
								: "It could be guessed."),
				"Use a secret of at least %d characters, such as that of: openssl rand -base64 32"
					.formatted(GrantKey.MIN_LENGTH),
				cause);
	}

}
