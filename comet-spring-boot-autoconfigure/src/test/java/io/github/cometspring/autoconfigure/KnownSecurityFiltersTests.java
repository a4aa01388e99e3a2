package io.github.cometspring.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.mock.web.server.MockWebSession;
import org.springframework.security.authentication.UserDetailsRepositoryReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.security.web.server.savedrequest.NoOpServerRequestCache;
import org.springframework.security.web.server.savedrequest.ServerRequestCache;
import org.springframework.util.MultiValueMap;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebSession;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the filters of this version of Spring Security are known, that they do
 * nothing with an exchange when its handler is done, and that others are not known.
 */
@SetsFastPath
class KnownSecurityFiltersTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@ParameterizedTest
	@EnumSource
	void filtersOfSpringSecurityShouldBeKnown(Login login) {
		assertThat(isKnown(login.chain())).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void filtersShouldDoNothingWhenTheHandlerIsDone(Login login) {
		Witness exchange = new Witness(login.exchange());
		List<String> handled = new ArrayList<>();
		proxy(login.chain()).filter(exchange, (handler) -> handler.getResponse().setComplete().doOnSuccess((none) -> {
			handled.add(String.valueOf(handler.getRequest().getPath()));
			exchange.calls.clear();
			exchange.handled = true;
		})).block(PATIENCE);
		assertThat(handled).containsExactly("/comet");
		assertThat(exchange.getDelegate().getResponse().getHeaders().getFirst("X-Frame-Options")).isEqualTo("DENY");
		assertThat(exchange.calls).isEmpty();
	}

	@Test
	void witnessShouldSeeWhatAFilterDoes() {
		Witness exchange = new Witness(Login.BASIC.exchange());
		WebFilter late = (each, chain) -> chain.filter(each)
			.then(Mono.fromRunnable(() -> each.getResponse().getHeaders().add("X-Late", "yes")));
		late.filter(exchange, (each) -> Mono.fromRunnable(() -> exchange.handled = true)).block(PATIENCE);
		assertThat(exchange.calls).containsExactly("getResponse", "getHeaders");
	}

	@Test
	void filterOfTheApplicationShouldNotBeKnown() {
		WebFilter own = (exchange, chain) -> chain.filter(exchange);
		assertThat(isKnown(Login.BASIC.http().addFilterAt(own, SecurityWebFiltersOrder.FIRST).build())).isFalse();
		assertThat(
				isKnown(Login.FORM.chain(), Login.BASIC.http().addFilterAt(own, SecurityWebFiltersOrder.LAST).build()))
			.isFalse();
		assertThat(new KnownSecurityFilters(context()).isKnown(own)).isFalse();
		assertThat(isKnown(new WebFilterChainProxy() {
		})).isFalse();
	}

	@Test
	void chainOfTheApplicationShouldNotBeKnown() {
		SecurityWebFilterChain usual = Login.BASIC.chain();
		assertThat(isKnown(new SecurityWebFilterChain() {

			@Override
			public Mono<Boolean> matches(ServerWebExchange exchange) {
				return usual.matches(exchange);
			}

			@Override
			public reactor.core.publisher.Flux<WebFilter> getWebFilters() {
				return usual.getWebFilters();
			}

		})).isFalse();
	}

	private static boolean isKnown(SecurityWebFilterChain... chains) {
		return isKnown(proxy(chains), chains);
	}

	private static boolean isKnown(WebFilterChainProxy proxy, SecurityWebFilterChain... chains) {
		return new KnownSecurityFilters(
				context((chains.length > 0) ? chains : new SecurityWebFilterChain[] { Login.BASIC.chain() }))
			.isKnown(proxy);
	}

	private static WebFilterChainProxy proxy(SecurityWebFilterChain... chains) {
		return new WebFilterChainProxy(chains);
	}

	private static ApplicationContext context(SecurityWebFilterChain... chains) {
		StaticApplicationContext context = new StaticApplicationContext();
		for (SecurityWebFilterChain chain : chains) {
			context.getBeanFactory().registerSingleton("chain" + Arrays.asList(chains).indexOf(chain), chain);
		}
		return context;
	}

	// The whole application

	@ParameterizedTest
	@ValueSource(classes = { OwnCustomizer.class, PassingFilter.class })
	void clientsShouldHoldTheirExchangesWhereTheApplicationHasAFilter(Class<?> application) {
		assertThat(isDetachable(Users.class, application)).isFalse();
	}

	@Test
	void clientsShouldLetGoOfTheirExchangesBehindTheDefaultChain() {
		assertThat(isDetachable(Users.class)).isTrue();
	}

	@Test
	void startShouldSayThatClientsLetGoOfTheirExchanges() {
		try (CometServer server = CometServer.start(new Class<?>[] { Users.class }, "comet.fast-path=true")) {
			assertThat(server.bean(CometStartLog.class).describe()).contains("answers take the default path because of "
					+ "the bean 'org.springframework.security.config.annotation.web.reactive."
					+ "WebFluxSecurityConfiguration.WebFilterChainFilter'; clients that wait let go of their exchange;");
		}
	}

	private static boolean isDetachable(Class<?>... application) {
		try (CometServer server = CometServer.start(application, "comet.fast-path=true")) {
			return server.bean(FastPathEligibility.class).isDetachable();
		}
	}

	// The cache of requests

	@Test
	void requestToCometShouldNotBeLookedForInTheCache() {
		List<String> asked = new ArrayList<>();
		ServerRequestCache cache = new CometRequestCache(new AskedCache(asked),
				(request) -> request.getPath().value().equals("/comet"));
		ServerWebExchange ours = MockServerWebExchange.from(MockServerHttpRequest.get("/comet"));
		ServerWebExchange other = MockServerWebExchange.from(MockServerHttpRequest.get("/other"));
		assertThat(cache.removeMatchingRequest(ours).blockOptional(PATIENCE)).isEmpty();
		assertThat(asked).isEmpty();
		assertThat(cache.removeMatchingRequest(other).blockOptional(PATIENCE)).isPresent();
		assertThat(cache.getRedirectUri(ours).block(PATIENCE)).isEqualTo(URI.create("/there"));
		cache.saveRequest(ours).block(PATIENCE);
		assertThat(asked).containsExactly("/other", "/comet");
	}

	/**
	 * Ways to log in.
	 */
	enum Login {

		BASIC {

			@Override
			ServerHttpSecurity http() {
				return security().httpBasic(Customizer.withDefaults());
			}

			@Override
			UnaryOperator<MockServerHttpRequest.BodyBuilder> credentials() {
				return (request) -> request.header(HttpHeaders.AUTHORIZATION, "Basic YWRhOnBhc3N3b3Jk");
			}

		},

		FORM {

			@Override
			ServerHttpSecurity http() {
				return security().formLogin(Customizer.withDefaults())
					.logout(Customizer.withDefaults())
					.redirectToHttps((https) -> https.httpsRedirectWhen((exchange) -> false))
					.cors((cors) -> cors.configurationSource((exchange) -> new CorsConfiguration()));
			}

			@Override
			UnaryOperator<MockServerHttpRequest.BodyBuilder> credentials() {
				return UnaryOperator.identity();
			}

		},

		JWT {

			@Override
			ServerHttpSecurity http() {
				return security().oauth2ResourceServer((server) -> server.jwt((jwt) -> jwt.jwtDecoder(
						(token) -> Mono.just(Jwt.withTokenValue(token).header("alg", "none").subject("ada").build()))));
			}

			@Override
			UnaryOperator<MockServerHttpRequest.BodyBuilder> credentials() {
				return (request) -> request.header(HttpHeaders.AUTHORIZATION, "Bearer token");
			}

		},

		ANONYMOUS {

			@Override
			ServerHttpSecurity http() {
				return ServerHttpSecurity.http()
					.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
					.anonymous(Customizer.withDefaults());
			}

			@Override
			UnaryOperator<MockServerHttpRequest.BodyBuilder> credentials() {
				return UnaryOperator.identity();
			}

		};

		abstract ServerHttpSecurity http();

		abstract UnaryOperator<MockServerHttpRequest.BodyBuilder> credentials();

		SecurityWebFilterChain chain() {
			// As the auto-configuration does
			CometSecurityFilter ours = new CometSecurityFilter("/comet", () -> null);
			return http().addFilterBefore(ours, SecurityWebFiltersOrder.CSRF).build();
		}

		static ServerHttpSecurity security() {
			return ServerHttpSecurity.http()
				.authenticationManager(
						new UserDetailsRepositoryReactiveAuthenticationManager(new MapReactiveUserDetailsService(
								User.withUsername("ada").password("{noop}password").roles("USER").build())))
				.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated());
		}

		MockServerWebExchange exchange() {
			MockWebSession session = new MockWebSession();
			session.start();
			session.getAttributes()
				.put(WebSessionServerSecurityContextRepository.DEFAULT_SPRING_SECURITY_CONTEXT_ATTR_NAME,
						new SecurityContextImpl(UsernamePasswordAuthenticationToken.authenticated("ada", null,
								AuthorityUtils.createAuthorityList("ROLE_USER"))));
			return MockServerWebExchange
				.builder(credentials().apply(MockServerHttpRequest.post("https://localhost/comet")).body("x"))
				.session(session)
				.build();
		}

	}

	/**
	 * Records what is done with an exchange when its handler is done.
	 */
	private static final class Witness extends ServerWebExchangeDecorator {

		private final List<String> calls = new ArrayList<>();

		private boolean handled;

		private Witness(ServerWebExchange delegate) {
			super(delegate);
		}

		private void record(String call) {
			if (this.handled) {
				this.calls.add(call);
			}
		}

		@Override
		public ServerHttpRequest getRequest() {
			record("getRequest");
			return super.getRequest();
		}

		@Override
		public java.util.Map<String, Object> getAttributes() {
			record("getAttributes");
			return super.getAttributes();
		}

		@Override
		public Mono<WebSession> getSession() {
			return super.getSession().doOnNext((session) -> record("getSession"));
		}

		@Override
		public Mono<MultiValueMap<String, String>> getFormData() {
			record("getFormData");
			return super.getFormData();
		}

		@Override
		public ServerHttpResponse getResponse() {
			record("getResponse");
			return new ServerHttpResponseDecorator(super.getResponse()) {

				@Override
				public HttpHeaders getHeaders() {
					record("getHeaders");
					return super.getHeaders();
				}

				@Override
				public MultiValueMap<String, ResponseCookie> getCookies() {
					record("getCookies");
					return super.getCookies();
				}

				@Override
				public boolean setStatusCode(HttpStatusCode status) {
					record("setStatusCode");
					return super.setStatusCode(status);
				}

				@Override
				public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
					record("writeWith");
					return super.writeWith(body);
				}

				@Override
				public Mono<Void> setComplete() {
					record("setComplete");
					return super.setComplete();
				}

			};
		}

	}

	private record AskedCache(List<String> asked) implements ServerRequestCache {

		@Override
		public Mono<Void> saveRequest(ServerWebExchange exchange) {
			this.asked.add(exchange.getRequest().getPath().value());
			return NoOpServerRequestCache.getInstance().saveRequest(exchange);
		}

		@Override
		public Mono<URI> getRedirectUri(ServerWebExchange exchange) {
			return Mono.just(URI.create("/there"));
		}

		@Override
		public Mono<ServerHttpRequest> removeMatchingRequest(ServerWebExchange exchange) {
			this.asked.add(exchange.getRequest().getPath().value());
			return Mono.just(exchange.getRequest());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCustomizer {

		@Bean
		Customizer<ServerHttpSecurity> ownCustomizer() {
			return (http) -> http.addFilterAt((exchange, chain) -> chain.filter(exchange),
					SecurityWebFiltersOrder.LAST);
		}

	}

}
