package io.github.cometspring.autoconfigure;

import java.security.Principal;
import java.time.Instant;

import io.github.cometspring.subscription.LoginExpiry;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken;

/**
 * The log-in of a user who shows a token to Spring Security's resource server ends when
 * the token expires. A converter of the application may have made an authentication of
 * its own of the token, and kept the token as credentials or principal. Only loaded where
 * the resource server is on the class path.
 */
final class TokenExpiry implements LoginExpiry {

	@Override
	public @Nullable Instant of(Principal principal) {
		if (principal instanceof AbstractOAuth2TokenAuthenticationToken<?> token) {
			return token.getToken().getExpiresAt();
		}
		if (principal instanceof Authentication authentication) {
			Instant end = end(authentication.getCredentials());
			return (end != null) ? end : end(authentication.getPrincipal());
		}
		return null;
	}

	private static @Nullable Instant end(@Nullable Object token) {
		return (token instanceof OAuth2Token known) ? known.getExpiresAt() : null;
	}

}
