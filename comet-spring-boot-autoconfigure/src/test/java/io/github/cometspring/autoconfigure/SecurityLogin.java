package io.github.cometspring.autoconfigure;

import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.mockito.Mockito;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.mock.web.server.MockWebSession;
import org.springframework.security.authentication.UserDetailsRepositoryReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.ott.reactive.InMemoryReactiveOneTimeTokenService;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.session.InMemoryReactiveSessionRegistry;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.PreventLoginServerMaximumSessionsExceededHandler;
import org.springframework.security.web.server.authentication.SessionLimit;
import org.springframework.security.web.server.authentication.SwitchUserWebFilter;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.web.cors.CorsConfiguration;

/**
 * Ways to log in with the filters of Spring Security, and what else it has filters for,
 * each with its defaults.
 */
enum SecurityLogin {

	ANONYMOUS(false, (http) -> http.anonymous(Customizer.withDefaults())),

	BASIC(false, (http) -> http.httpBasic(Customizer.withDefaults()), SecurityLogin::basic),

	FORM(true,
			(http) -> http.formLogin(Customizer.withDefaults())
				.logout(Customizer.withDefaults())
				.redirectToHttps((https) -> https.httpsRedirectWhen((exchange) -> false))
				.cors((cors) -> cors.configurationSource((exchange) -> new CorsConfiguration()))),

	JWT(false,
			(http) -> http.oauth2ResourceServer((server) -> server.jwt((jwt) -> jwt.jwtDecoder(
					(token) -> Mono.just(Jwt.withTokenValue(token).header("alg", "none").subject("ada").build())))),
			(request) -> request.header(HttpHeaders.AUTHORIZATION, "Bearer token")),

	X509(false,
			(http) -> http.x509((x509) -> x509.principalExtractor((certificate) -> "ada")
				.authenticationManager((token) -> Mono.just(authenticated()))),
			(request) -> request.sslInfo(new ClientCertificate())),

	OAUTH2_LOGIN(true, (http) -> http.oauth2Login((login) -> login.clientRegistrationRepository(providers()))),

	OAUTH2_CLIENT(true,
			(http) -> http.formLogin(Customizer.withDefaults())
				.oauth2Client((client) -> client.clientRegistrationRepository(providers()))),

	OIDC_LOGOUT(true,
			(http) -> http.oauth2Login((login) -> login.clientRegistrationRepository(providers()))
				.oidcLogout((logout) -> logout.clientRegistrationRepository(providers())
					.backChannel(Customizer.withDefaults()))),

	ONE_TIME_TOKEN(true,
			(http) -> http.oneTimeTokenLogin((login) -> login.tokenService(new InMemoryReactiveOneTimeTokenService())
				.authenticationManager((token) -> Mono.just(authenticated()))
				.tokenGenerationSuccessHandler((exchange, token) -> Mono.empty()))),

	SWITCH_USER(true, (http) -> http.formLogin(Customizer.withDefaults())
		.addFilterAfter(new SwitchUserWebFilter(users(), "/", "/failed"), SecurityWebFiltersOrder.AUTHORIZATION)),

	SESSION_LIMITS(false,
			(http) -> http.httpBasic(Customizer.withDefaults())
				.sessionManagement((management) -> management
					.concurrentSessions((sessions) -> sessions.sessionRegistry(new InMemoryReactiveSessionRegistry())
						.maximumSessions(SessionLimit.of(1))
						.maximumSessionsExceededHandler(new PreventLoginServerMaximumSessionsExceededHandler()))),
			SecurityLogin::basic),

	PASSWORD_MANAGEMENT(true,
			(http) -> http.formLogin(Customizer.withDefaults()).passwordManagement(Customizer.withDefaults()));

	private final boolean inSession;

	private final Consumer<ServerHttpSecurity> configuration;

	private final UnaryOperator<MockServerHttpRequest.BodyBuilder> credentials;

	SecurityLogin(boolean inSession, Consumer<ServerHttpSecurity> configuration) {
		this(inSession, configuration, UnaryOperator.identity());
	}

	SecurityLogin(boolean inSession, Consumer<ServerHttpSecurity> configuration,
			UnaryOperator<MockServerHttpRequest.BodyBuilder> credentials) {
		this.inSession = inSession;
		this.configuration = configuration;
		this.credentials = credentials;
	}

	/**
	 * A configuration, to be added to.
	 */
	ServerHttpSecurity http() {
		ServerHttpSecurity http = ServerHttpSecurity.http()
			.authenticationManager(new UserDetailsRepositoryReactiveAuthenticationManager(users()));
		if (this == ANONYMOUS) {
			http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll());
		}
		else {
			http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated());
		}
		this.configuration.accept(http);
		return http;
	}

	/**
	 * Its filters.
	 */
	SecurityWebFilterChain chain() {
		// As the auto-configuration does
		CometSecurityFilter ours = new CometSecurityFilter("/comet", () -> null);
		return http().addFilterBefore(ours, SecurityWebFiltersOrder.CSRF).build();
	}

	/**
	 * A poll of a user who is logged in.
	 */
	MockServerWebExchange exchange() {
		MockWebSession session = new MockWebSession();
		session.start();
		if (this.inSession) {
			session.getAttributes()
				.put(WebSessionServerSecurityContextRepository.DEFAULT_SPRING_SECURITY_CONTEXT_ATTR_NAME,
						new SecurityContextImpl(authenticated()));
		}
		return MockServerWebExchange
			.builder(this.credentials.apply(MockServerHttpRequest.post("https://localhost/comet")).body("x"))
			.session(session)
			.build();
	}

	private static MockServerHttpRequest.BodyBuilder basic(MockServerHttpRequest.BodyBuilder request) {
		return request.header(HttpHeaders.AUTHORIZATION, "Basic YWRhOnBhc3N3b3Jk");
	}

	static Authentication authenticated() {
		return UsernamePasswordAuthenticationToken.authenticated("ada", null,
				AuthorityUtils.createAuthorityList("ROLE_USER"));
	}

	static MapReactiveUserDetailsService users() {
		return new MapReactiveUserDetailsService(
				User.withUsername("ada").password("{noop}password").roles("USER").build());
	}

	static InMemoryReactiveClientRegistrationRepository providers() {
		return new InMemoryReactiveClientRegistrationRepository(ClientRegistration.withRegistrationId("provider")
			.clientId("comet")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
			.authorizationUri("https://provider/authorize")
			.tokenUri("https://provider/token")
			.jwkSetUri("https://provider/keys")
			.build());
	}

	private static final class ClientCertificate implements SslInfo {

		@Override
		public @Nullable String getSessionId() {
			return null;
		}

		@Override
		public X509Certificate[] getPeerCertificates() {
			return new X509Certificate[] { Mockito.mock(X509Certificate.class) };
		}

	}

}
