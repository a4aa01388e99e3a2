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
				action(cause.getReason()) + ", or keep channels in memory with comet.redis.enabled=false.", cause);
	}

	private static String action(IncompatibleRedisException.Reason reason) {
		return switch (reason) {
			case VERSION -> "Name a Redis of version 6.2 or newer with spring.data.redis.url or spring.data.redis.host";
			case FORMAT -> "Update this node, set comet.redis.key-prefix to keys of its own";
			case LOGIN -> "Correct spring.data.redis.username and spring.data.redis.password, "
					+ "or the user and the password in spring.data.redis.url";
			case RIGHTS -> "Give the user of spring.data.redis.username (\"default\", if there is none) the rights of "
					+ "the line ACL SETUSER in docs/scaling.md, with the prefix of comet.redis.key-prefix";
			case TLS -> "Correct spring.data.redis.ssl.enabled, spring.data.redis.ssl.bundle, "
					+ "or the scheme (redis: or rediss:) of spring.data.redis.url";
			case OTHER -> "Correct spring.data.redis.*";
		};
	}

}
