package io.github.cometspring.netty;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.Users;
import io.github.cometspring.web.AllowedOrigins;
import io.github.cometspring.web.CometHandlerMapping;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyRouteProvider;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ContextPathCompositeHandler;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebHandler;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The fast path serves no poll that the application would have refused. Each application
 * here refuses every poll by other means, with 402. One class, as a test and its
 * application are a few lines each.
 */
class FastPathWitnessIT {

	private static final List<String> REFUSED = new CopyOnWriteArrayList<>();

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@BeforeEach
	void forget() {
		REFUSED.clear();
	}

	@ParameterizedTest
	@ValueSource(classes = { Filter.class, DecoratorFactory.class, BuilderCustomizer.class, RouteProvider.class,
			EarlierMapping.class, WrappedWebHandler.class, ExtendedDispatcher.class, OwnCometMapping.class,
			OwnHttpHandler.class, ExtendedFactory.class, OwnFilteredHttpHandler.class, OwnCompositeHttpHandler.class })
	void pollWhenApplicationRefusesItShouldBeRefused(Class<?> application) {
		try (CometServer server = CometServer.start(new Class<?>[] { application }, "comet.fast-path=true")) {
			assertRefused(server);
		}
	}

	@Test
	void pollWhenParentContextRefusesItShouldBeRefused() {
		try (CometServer server = CometServer.startBelow(Filter.class, "comet.fast-path=true")) {
			assertRefused(server);
		}
	}

	@Test
	void pollWhenAuthorizerRefusesItShouldBeRefused() {
		try (CometServer server = CometServer.start(new Class<?>[] { Authorizer.class }, "comet.fast-path=true")) {
			assertThat(server.poll("registration=x").status()).isEqualTo(403);
			assertThat(REFUSED).hasSize(1);
		}
	}

	@Test
	void pollWhenNotLoggedInShouldBeRefusedBySpringSecurity() {
		try (CometServer server = CometServer.start(new Class<?>[] { Users.class, Security.class },
				"comet.fast-path=true")) {
			assertThat(server.poll("registration=x").status()).isEqualTo(401);
			assertThat(server.poll("registration=x", Users.login("user")).status()).isEqualTo(200);
			assertThat(server.poll("registration=x", Users.login("guest")).status()).isEqualTo(403);
		}
	}

	private static void assertRefused(CometServer server) {
		try (RawConnection client = RawConnection.open(server.port())) {
			for (int i = 1; i <= 2; i++) {
				assertThat(client.poll("registration=x").read().status()).isEqualTo(402);
				client.request("POST", "/comet", "application/json", "{\"channels\":[\"x\"]}");
				assertThat(client.read().status()).isEqualTo(402);
				assertThat(REFUSED).hasSize(2 * i);
			}
		}
	}

	private static Mono<Void> refuse(ServerHttpResponse response) {
		REFUSED.add("poll");
		response.setStatusCode(HttpStatus.PAYMENT_REQUIRED);
		return response.setComplete();
	}

	private static WebFilter refusingFilter() {
		return (exchange, chain) -> refuse(exchange.getResponse());
	}

	@Configuration(proxyBeanMethods = false)
	static class Filter {

		@Bean
		WebFilter filter() {
			return refusingFilter();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Security {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().hasRole("USER"))
				.httpBasic(Customizer.withDefaults())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Authorizer {

		@Bean
		ChannelAuthorizer authorizer() {
			return (principal, channel) -> {
				REFUSED.add(channel);
				return Mono.just(false);
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DecoratorFactory {

		@Bean
		HttpHandlerDecoratorFactory decoratorFactory() {
			return (handler) -> (request, response) -> refuse(response);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BuilderCustomizer {

		@Bean
		WebHttpHandlerBuilderCustomizer builderCustomizer() {
			return (builder) -> builder.filter(refusingFilter());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RouteProvider {

		@Bean
		NettyRouteProvider routeProvider() {
			return (routes) -> routes.post("/comet", (request, response) -> {
				REFUSED.add("poll");
				return response.status(HttpStatus.PAYMENT_REQUIRED.value()).send();
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlierMapping {

		@Bean
		HandlerMapping earlierMapping() {
			AbstractHandlerMapping mapping = new AbstractHandlerMapping() {

				@Override
				protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
					WebHandler handler = (refused) -> refuse(refused.getResponse());
					return Mono.just(handler);
				}

			};
			mapping.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return mapping;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WrappedWebHandler {

		@Bean
		static BeanPostProcessor wrapper() {
			return new Wrapper((bean) -> (WebHandler) (exchange) -> refuse(exchange.getResponse()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ExtendedDispatcher {

		@Bean
		static BeanPostProcessor wrapper(ApplicationContext context) {
			return new Wrapper((bean) -> new DispatcherHandler(context) {

				@Override
				public Mono<Void> handle(ServerWebExchange exchange) {
					return refuse(exchange.getResponse());
				}

			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCometMapping {

		@Bean
		CometHandlerMapping ownCometMapping() {
			return new CometHandlerMapping("/comet", (exchange) -> refuse(exchange.getResponse()),
					new AllowedOrigins(List.of(), false));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHttpHandler {

		@Bean
		HttpHandler httpHandler() {
			return (request, response) -> refuse(response);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ExtendedFactory {

		@Bean
		NettyReactiveWebServerFactory factory() {
			return new NettyReactiveWebServerFactory() {

				@Override
				public WebServer getWebServer(HttpHandler handler) {
					return super.getWebServer((request, response) -> refuse(response));
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFilteredHttpHandler {

		@Bean
		HttpHandler httpHandler(ApplicationContext context) {
			return WebHttpHandlerBuilder.webHandler(new DispatcherHandler(context)).filter(refusingFilter()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCompositeHttpHandler {

		@Bean
		HttpHandler httpHandler(ApplicationContext context) {
			HttpHandler refusing = (request, response) -> refuse(response);
			return new ContextPathCompositeHandler(Map.of("/comet", refusing));
		}

	}

	/**
	 * Replaces Spring's handler.
	 *
	 * @param replacement makes the new handler of the old one
	 */
	private record Wrapper(UnaryOperator<Object> replacement) implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			return name.equals(WebHttpHandlerBuilder.WEB_HANDLER_BEAN_NAME) ? this.replacement.apply(bean) : bean;
		}

	}

}
