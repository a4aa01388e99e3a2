package io.github.cometspring.benchmarks.server;

import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.server.WebFilter;

/**
 * The application with what stands before the handlers of most: a filter of its own, and
 * Spring Security, which lets everybody pass here.
 */
@Configuration(proxyBeanMethods = false)
class SecuredCometServer {

	public static void main(String[] args) {
		ParentWatch.start();
		SpringApplication application = new SpringApplication(CometServer.class, SecuredCometServer.class);
		application.run(args).getBean(CometServer.class).create("c0", "other");
	}

	@Bean
	WebFilter markingFilter() {
		return (exchange, chain) -> {
			exchange.getAttributes().put("seen", true);
			return chain.filter(exchange);
		};
	}

	@Bean
	SecurityWebFilterChain securityWebFilterChain(ServerHttpSecurity http) {
		return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
			.build();
	}

}
