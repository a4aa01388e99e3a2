package io.github.cometspring.benchmarks.server;

import java.util.List;
import java.util.Objects;

import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.CookieWebSessionIdResolver;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.WebSessionIdResolver;
import org.springframework.web.server.session.WebSessionManager;

/**
 * The application behind Spring Security with its defaults. Users log in at its form, or
 * with a token. The load generator knows neither: its cookie is that of a session which
 * is there from the start, and its token is valid for long.
 */
@Configuration(proxyBeanMethods = false)
class SecuredCometServer {

	private static final int KEY_LENGTH = 32;

	public static void main(String[] args) {
		ParentWatch.start();
		ConfigurableApplicationContext context = new SpringApplication(CometServer.class, SecuredCometServer.class)
			.run(args);
		if (!context.getEnvironment().getProperty("bench.jwt", Boolean.class, false)) {
			context.getBean(KnownSession.class).begin(context.getBean(WebSessionManager.class));
		}
		context.getBean(CometServer.class).create("c0", "other");
	}

	@Bean
	SecurityWebFilterChain securityWebFilterChain(ServerHttpSecurity http,
			@Value("${bench.jwt:false}") boolean resourceServer) {
		// The load generator publishes without a token against forgery.
		http.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.authorizeExchange((exchanges) -> exchanges.pathMatchers("/pub/**", "/bench/**", "/actuator/**")
				.permitAll()
				.anyExchange()
				.authenticated());
		return (resourceServer ? http.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				: http.formLogin(Customizer.withDefaults()))
			.build();
	}

	@Bean
	MapReactiveUserDetailsService userDetails() {
		return new MapReactiveUserDetailsService(
				User.withUsername("user").password("{noop}password").roles("USER").build());
	}

	@Bean
	@ConditionalOnBooleanProperty("bench.jwt")
	ReactiveJwtDecoder jwtDecoder() {
		return NimbusReactiveJwtDecoder.withSecretKey(new SecretKeySpec(new byte[KEY_LENGTH], "HmacSHA256")).build();
	}

	@Bean
	@ConditionalOnBooleanProperty("bench.unobserved")
	SecurityObservationSettings observationSettings() {
		return SecurityObservationSettings.noObservations();
	}

	@Bean
	KnownSession webSessionIdResolver() {
		return new KnownSession();
	}

	/**
	 * Reads the id of a session from a cookie, where one value stands for the session
	 * that is there from the start, or for none if the server has only tokens.
	 */
	static final class KnownSession extends CookieWebSessionIdResolver implements WebSessionIdResolver {

		private static final String VALUE = "benchmark";

		private volatile @Nullable String id;

		void begin(WebSessionManager manager) {
			WebSession session = Objects
				.requireNonNull(((DefaultWebSessionManager) manager).getSessionStore().createWebSession().block());
			session.getAttributes()
				.put(WebSessionServerSecurityContextRepository.DEFAULT_SPRING_SECURITY_CONTEXT_ATTR_NAME,
						new SecurityContextImpl(UsernamePasswordAuthenticationToken.authenticated("user", null,
								AuthorityUtils.createAuthorityList("ROLE_USER"))));
			session.save().block();
			this.id = session.getId();
		}

		@Override
		public List<String> resolveSessionIds(ServerWebExchange exchange) {
			List<String> ids = super.resolveSessionIds(exchange);
			String known = this.id;
			if (!ids.contains(VALUE)) {
				return ids;
			}
			return (known != null) ? List.of(known) : List.of();
		}

	}

}
