package io.github.cometspring.benchmarks.server;

import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

/**
 * The application with Spring Security, configured to permit all requests.
 */
@Configuration(proxyBeanMethods = false)
class SecuredCometServer {

	public static void main(String[] args) {
		ParentWatch.start();
		SpringApplication application = new SpringApplication(CometServer.class, SecuredCometServer.class);
		application.run(args).getBean(CometServer.class).create("c0", "other");
	}

	@Bean
	SecurityWebFilterChain securityWebFilterChain(ServerHttpSecurity http) {
		return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
			.build();
	}

}
