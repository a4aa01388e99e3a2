package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;

/**
 * Signed tokens, and a server that wants one with each request.
 */
final class Jwt {

	/** The key of the server. */
	static final SecretKey KEY = new SecretKeySpec(new byte[32], "HmacSHA256");

	private Jwt() {
	}

	/**
	 * A header line with the token of a user.
	 */
	static String header(String user, Instant expiry) {
		return "Authorization: Bearer " + token("HS256", user, expiry, KEY);
	}

	/**
	 * A token.
	 * @param algorithm the algorithm that the token names, true or not
	 */
	static String token(String algorithm, String user, Instant expiry, SecretKey key) {
		String signed = base64("{\"alg\":\"" + algorithm + "\"}") + "."
				+ base64("{\"sub\":\"" + user + "\",\"exp\":" + expiry.getEpochSecond() + "}");
		try {
			Mac mac = Mac.getInstance(key.getAlgorithm());
			mac.init(key);
			byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
			return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String base64(String text) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebFluxSecurity
	static class ResourceServer {

		@Bean
		ReactiveJwtDecoder jwtDecoder() {
			return NimbusReactiveJwtDecoder.withSecretKey(KEY).build();
		}

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				.build();
		}

	}

}
