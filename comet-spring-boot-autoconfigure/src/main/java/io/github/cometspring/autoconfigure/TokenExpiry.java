package io.github.cometspring.autoconfigure;

import java.security.Principal;
import java.time.Instant;

import io.github.cometspring.subscription.LoginExpiry;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken;

/**
 * The log-in of a user who shows a token to Spring Security's resource server ends when
 * the token expires. Only loaded where the resource server is on the class path.
 */
final class TokenExpiry implements LoginExpiry {

	@Override
	public @Nullable Instant of(Principal principal) {
		return (principal instanceof AbstractOAuth2TokenAuthenticationToken<?> token) ? token.getToken().getExpiresAt()
				: null;
	}

}
