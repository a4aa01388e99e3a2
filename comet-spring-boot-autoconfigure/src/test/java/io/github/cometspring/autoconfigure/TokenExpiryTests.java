package io.github.cometspring.autoconfigure;

import java.security.Principal;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenExpiry}.
 */
class TokenExpiryTests {

	private static final Instant END = Instant.parse("2030-01-01T00:00:00Z");

	private final Jwt token = Jwt.withTokenValue("token")
		.header("alg", "none")
		.subject("ada")
		.issuedAt(END.minusSeconds(60))
		.expiresAt(END)
		.build();

	private void assertEnd(Principal principal) {
		assertThat(new TokenExpiry().of(principal)).isEqualTo(END);
	}

	@Test
	void endShouldBeThatOfTheToken() {
		assertEnd(new JwtAuthenticationToken(this.token));
	}

	@Test
	void endWhenConvertedWithTheTokenAsCredentialsShouldBeThatOfTheToken() {
		assertEnd(UsernamePasswordAuthenticationToken.authenticated("ada", this.token, List.of()));
	}

	@Test
	void endWhenConvertedWithTheTokenAsPrincipalShouldBeThatOfTheToken() {
		assertEnd(UsernamePasswordAuthenticationToken.authenticated(this.token, "n/a", List.of()));
	}

	@Test
	void endWithoutTokenShouldBeUnknown() {
		assertThat(
				new TokenExpiry().of(UsernamePasswordAuthenticationToken.authenticated("ada", "password", List.of())))
			.isNull();
		assertThat(new TokenExpiry().of(() -> "ada")).isNull();
	}

}
