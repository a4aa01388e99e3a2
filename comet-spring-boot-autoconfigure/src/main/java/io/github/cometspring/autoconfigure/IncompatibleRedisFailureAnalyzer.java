package io.github.cometspring.autoconfigure;

import io.github.cometspring.redis.IncompatibleRedisException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains an {@link IncompatibleRedisException}.
 */
class IncompatibleRedisFailureAnalyzer extends AbstractFailureAnalyzer<IncompatibleRedisException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, IncompatibleRedisException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()),
				"Correct spring.data.redis, or keep channels in memory with comet.redis.enabled=false.", cause);
	}

}
