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
				"Key %d of comet.grants.keys has %d characters. Grants signed with it could be forged."
					.formatted(cause.getNumber(), cause.getLength()),
				"Use a secret of at least %d characters, such as that of: openssl rand -base64 32"
					.formatted(GrantKey.MIN_LENGTH),
				cause);
	}

}
