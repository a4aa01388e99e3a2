package io.github.cometspring.testing;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

/**
 * Configuration of a server with a web filter that sees each exchange until its end, so
 * that an exchange must not end before its stream does.
 */
@Configuration(proxyBeanMethods = false)
public class PassingFilter {

	@Bean
	WebFilter passing() {
		return (exchange, chain) -> chain.filter(exchange);
	}

}
