package io.github.cometspring.testing;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;

/**
 * Configuration of a server beside Spring Security that knows some users, all with the
 * password {@code password}: {@code user}, {@code ada} and {@code bob} with the role
 * {@code USER}, and {@code guest} with the role {@code GUEST}.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
public class Users {

	@Bean
	MapReactiveUserDetailsService userDetails() {
		return new MapReactiveUserDetailsService(Stream.of("user", "ada", "bob", "guest")
			.map((name) -> User.withUsername(name)
				.password("{noop}password")
				.roles(name.equals("guest") ? "GUEST" : "USER")
				.build())
			.toList());
	}

	/**
	 * The header by which a user logs in.
	 * @param name the name of the user
	 * @return the line of HTTP
	 */
	public static String login(String name) {
		String credentials = name + ":password";
		return "Authorization: Basic "
				+ Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
	}

}
