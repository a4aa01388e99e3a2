package io.github.cometspring.web;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;

import io.github.cometspring.security.ChannelAuthorizer;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

/**
 * An application that believes a header that names the user.
 */
@Configuration(proxyBeanMethods = false)
class NamedUsers {

	private static final String HEADER = "X-User";

	/**
	 * The header of a user.
	 * @param name any name
	 * @return the line
	 */
	static String header(String name) {
		return HEADER + ": " + URLEncoder.encode(name, StandardCharsets.UTF_8);
	}

	@Bean
	WebFilter userFilter() {
		return (exchange, chain) -> {
			String user = exchange.getRequest().getHeaders().getFirst(HEADER);
			return chain.filter((user != null) ? exchange.mutate()
				.principal(Mono.<Principal>just(() -> URLDecoder.decode(user, StandardCharsets.UTF_8)))
				.build() : exchange);
		};
	}

	@Bean
	ChannelAuthorizer channelAuthorizer() {
		return (principal, channel) -> Mono.just(principal != null);
	}

}
