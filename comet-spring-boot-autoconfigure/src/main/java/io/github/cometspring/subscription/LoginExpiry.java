package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Tells when the log-in of a user ends. Implementations are thread-safe and do not block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface LoginExpiry {

	/**
	 * No log-in ends by itself.
	 */
	LoginExpiry NEVER = (principal) -> null;

	/**
	 * When the log-in of a user ends.
	 * @param principal the user, as the application's security knows it
	 * @return the moment, or {@code null} if the log-in does not end by itself
	 */
	@Nullable Instant of(Principal principal);

}
