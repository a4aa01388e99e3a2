package io.github.cometspring.testing;

import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.header.ServerHttpHeadersWriter;

/**
 * The {@link Users} on a server that serves nobody else, and on which each {@link Login}
 * is possible. Writers of headers that are beans are added to Spring Security's own.
 */
@Configuration(proxyBeanMethods = false)
@Import(Users.class)
public class LoginOfAnyKind {

	/**
	 * The token is the name of the user.
	 */
	@Bean
	ReactiveJwtDecoder jwtDecoder() {
		return (token) -> Mono.just(Jwt.withTokenValue(token).header("alg", "none").subject(token).build());
	}

	@Bean
	SecurityWebFilterChain security(ServerHttpSecurity http, ObjectProvider<ServerHttpHeadersWriter> writers) {
		return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
			.formLogin(Customizer.withDefaults())
			.httpBasic(Customizer.withDefaults())
			.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
			.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.headers((headers) -> writers.forEach(headers::writer))
			.build();
	}

}
