package io.github.cometspring.autoconfigure;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.web.reactive.function.server.RequestPredicates.GET;
import static org.springframework.web.reactive.function.server.RequestPredicates.POST;
import static org.springframework.web.reactive.function.server.RequestPredicates.accept;
import static org.springframework.web.reactive.function.server.RequestPredicates.contentType;
import static org.springframework.web.reactive.function.server.RequestPredicates.method;
import static org.springframework.web.reactive.function.server.RequestPredicates.path;
import static org.springframework.web.reactive.function.server.RouterFunctions.nest;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

class CometPathCheckTests {

	private static final HandlerFunction<ServerResponse> HANDLER = (request) -> ServerResponse.ok().build();

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CometAutoConfiguration.class, CometWebFluxAutoConfiguration.class,
				WebFluxAutoConfiguration.class))
		.withPropertyValues("comet.path=/api/push");

	@Test
	void startWhenControllerHasPathShouldFail() {
		assertTaken(this.runner.withUserConfiguration(Taker.class), "Taker#push");
	}

	@Test
	void startWhenControllerHasPathAmongOthersShouldFail() {
		assertTaken(this.runner.withUserConfiguration(TakerOfMany.class), "TakerOfMany#all");
	}

	@Test
	void startWhenControllerHasCatchAllShouldNotFail() {
		assertFree(this.runner.withUserConfiguration(CatchAll.class));
	}

	static RouterFunction<?>[] takers() {
		return new RouterFunction<?>[] { route(GET("/api/push"), HANDLER), route(path("/api/push"), HANDLER),
				route(POST("/api/push").and(accept(MediaType.TEXT_PLAIN)), HANDLER),
				route(path("/x").or(path("/api/push")), HANDLER), route(path("/api/push").or(path("/x")), HANDLER),
				nest(path("/api"), route(GET("/push"), HANDLER)),
				nest(path("/api"), nest(accept(MediaType.TEXT_PLAIN), route(GET("/push"), HANDLER))),
				nest(path("/x").or(path("/api")), route(GET("/push"), HANDLER)),
				nest(path("/api/push"), route(accept(MediaType.TEXT_PLAIN), HANDLER)),
				route(GET("/x"), HANDLER).andRoute(GET("/y"), HANDLER).andRoute(POST("/api/push"), HANDLER),
				nest(path("/api"), route(GET("/x"), HANDLER)).andRoute(GET("/api/push"), HANDLER),
				route(POST("/api/push").and(contentType(MediaType.APPLICATION_JSON)), HANDLER),
				route(method(HttpMethod.DELETE).and(path("/api/push")), HANDLER) };
	}

	@ParameterizedTest
	@MethodSource("takers")
	void startWhenRouteHasPathShouldFail(RouterFunction<ServerResponse> routes) {
		assertTaken(this.runner.withBean("mine", RouterFunction.class, () -> routes), "route");
	}

	static RouterFunction<?>[] otherRoutes() {
		return new RouterFunction<?>[] { route(GET("/push"), HANDLER), route(GET("/api/**"), HANDLER),
				route(GET("/{first}/{second}"), HANDLER), route(accept(MediaType.TEXT_PLAIN), HANDLER),
				route(path("/api/push").negate(), HANDLER), nest(path("/x"), route(GET("/api/push"), HANDLER)),
				nest(path("/api"), route(GET("/x"), HANDLER)).andRoute(GET("/push"), HANDLER),
				nest(path("/api"), route(GET("/**"), HANDLER)),
				route(GET("/api/push").and((request) -> request.queryParam("q").orElseThrow().isEmpty()), HANDLER),
				(request) -> Mono.never(), (request) -> Mono.error(new IllegalStateException("not yet")) };
	}

	@ParameterizedTest
	@MethodSource("otherRoutes")
	void startWhenRouteHasOtherPathShouldNotFail(RouterFunction<ServerResponse> routes) {
		assertFree(this.runner.withBean("mine", RouterFunction.class, () -> routes));
	}

	@Test
	void startWhenUrlMappingHasPathShouldFail() {
		assertTaken(withUrl("/api/push"), "Handler");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/*", "/**", "/push", "/api/push/more" })
	void startWhenUrlMappingHasOtherPathShouldNotFail(String url) {
		assertFree(withUrl(url));
	}

	private ReactiveWebApplicationContextRunner withUrl(String url) {
		WebHandler handler = new Handler();
		return this.runner.withBean("mine", SimpleUrlHandlerMapping.class,
				() -> new SimpleUrlHandlerMapping(Map.of(url, handler)));
	}

	@Test
	void startWhenPathIsEverywhereShouldNotFail() {
		assertFree(this.runner.withUserConfiguration(Taker.class, CatchAll.class).withPropertyValues("comet.path=/**"));
	}

	private static void assertTaken(ReactiveWebApplicationContextRunner runner, String taker) {
		runner.run((context) -> assertThat(context).getFailure()
			.isInstanceOf(CometPathTakenException.class)
			.hasMessageContaining("/api/push")
			.hasMessageContaining(taker)
			.hasMessageContaining("comet.path"));
	}

	private static void assertFree(ReactiveWebApplicationContextRunner runner) {
		runner.run((context) -> assertThat(context).hasNotFailed());
	}

	@RestController
	@RequestMapping("api")
	static class Taker {

		@GetMapping("push")
		String push() {
			return "mine";
		}

	}

	@RestController
	static class TakerOfMany {

		@PutMapping({ "/x", "/api/push" })
		String all() {
			return "mine";
		}

	}

	@RestController
	static class CatchAll {

		@GetMapping({ "/**", "/api/{id}", "/api/*", "/{*rest}" })
		String all() {
			return "mine";
		}

	}

	private static final class Handler implements WebHandler {

		@Override
		public Mono<Void> handle(ServerWebExchange exchange) {
			return Mono.empty();
		}

		@Override
		public String toString() {
			return "Handler";
		}

	}

}
