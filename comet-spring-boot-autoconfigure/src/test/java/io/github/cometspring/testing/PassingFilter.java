package io.github.cometspring.testing;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

/**
 * Configuration of a server on which somebody looks at each exchange, until its end, so
 * that none may end before its stream does.
 */
@Configuration(proxyBeanMethods = false)
public class PassingFilter {

	@Bean
	WebFilter passing() {
		return (exchange, chain) -> chain.filter(exchange);
	}

}
