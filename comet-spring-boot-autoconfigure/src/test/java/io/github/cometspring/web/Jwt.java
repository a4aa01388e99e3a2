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

	private static final SecretKey KEY = new SecretKeySpec(new byte[32], "HmacSHA256");

	private Jwt() {
	}

	/**
	 * A header line with the token of a user.
	 */
	static String header(String user, Instant expiry) {
		String signed = base64("{\"alg\":\"HS256\"}") + "."
				+ base64("{\"sub\":\"%s\",\"exp\":%d}".formatted(user, expiry.getEpochSecond()));
		try {
			Mac mac = Mac.getInstance(KEY.getAlgorithm());
			mac.init(KEY);
			return "Authorization: Bearer " + signed + "."
					+ Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(ascii(signed)));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String base64(String json) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(ascii(json));
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
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
