package io.github.cometspring.benchmarks.server;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;

/**
 * A server written by hand with Spring WebFlux and a sink, without positions and history.
 * A client misses messages that are published between two of its polls.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class WebFluxServer {

	private static final Duration TIMEOUT = Duration.ofSeconds(120);

	private final Map<String, Topic> topics = new ConcurrentHashMap<>();

	private final Replays replays = new Replays();

	public static void main(String[] args) {
		ParentWatch.start();
		SpringApplication.run(WebFluxServer.class, args);
	}

	@Bean
	RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.GET("/lp/{channel}", this::poll)
			.GET("/sse/{channel}", this::stream)
			.POST("/pub/{channel}", this::publish)
			.POST("/bench/channels/{count}", (request) -> ServerResponse.noContent().build())
			.POST("/bench/memory", (request) -> ServerResponse.ok()
				.body(Mono.fromCallable(MemoryReport::take).subscribeOn(Schedulers.boundedElastic()), String.class))
			.build();
	}

	@Bean
	RouterFunction<ServerResponse> replayRoutes() {
		return this.replays.routes();
	}

	@Bean
	HandlerMapping webSockets() {
		WebSocketHandler handler = (session) -> {
			String path = session.getHandshakeInfo().getUri().getPath();
			Topic topic = topic(path.substring(path.lastIndexOf('/') + 1));
			return session.send(topic.stream().map(session::textMessage)).and(session.receive());
		};
		return new SimpleUrlHandlerMapping(Map.of("/ws/*", handler, "/replay/ws/*", this.replays.sockets()), -1);
	}

	private Mono<ServerResponse> poll(ServerRequest request) {
		return topic(request.pathVariable("channel")).next()
			.timeout(TIMEOUT, Mono.empty())
			.flatMap((data) -> ServerResponse.ok().contentType(MediaType.TEXT_PLAIN).bodyValue(data))
			.switchIfEmpty(Mono.defer(() -> ServerResponse.noContent().build()));
	}

	private Mono<ServerResponse> stream(ServerRequest request) {
		// The comment makes the server send the head at once, before the first message
		var events = topic(request.pathVariable("channel")).stream()
			.map((data) -> ServerSentEvent.builder(data).build())
			.startWith(ServerSentEvent.<String>builder().comment("open").build());
		return ServerResponse.ok().contentType(MediaType.TEXT_EVENT_STREAM).body(events, ServerSentEvent.class);
	}

	private Mono<ServerResponse> publish(ServerRequest request) {
		return request.bodyToMono(String.class).flatMap((data) -> {
			topic(request.pathVariable("channel")).publish(data);
			return ServerResponse.noContent().build();
		});
	}

	private Topic topic(String name) {
		return this.topics.computeIfAbsent(name, (key) -> new Topic());
	}

}
