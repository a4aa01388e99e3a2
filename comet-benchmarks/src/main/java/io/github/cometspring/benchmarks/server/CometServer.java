package io.github.cometspring.benchmarks.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebFilter;

/**
 * An application with the starter, which publishes the messages that are posted to it.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class CometServer {

	private final Channels channels;

	private final Map<String, Channel> created = new ConcurrentHashMap<>();

	CometServer(Channels channels, @Value("${bench.channels:0}") int more) {
		this.channels = channels;
		create(IntStream.range(0, more).mapToObj((number) -> "c" + number).toArray(String[]::new));
	}

	public static void main(String[] args) {
		ParentWatch.start();
		SpringApplication.run(CometServer.class, args).getBean(CometServer.class).create("c0", "other");
	}

	final void create(String... names) {
		Flux.just(names)
			.concatMap(this.channels::obtain)
			.doOnNext((channel) -> this.created.put(channel.id(), channel))
			.blockLast();
	}

	@Bean
	RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.POST("/pub/{channel}", this::publish)
			.POST("/bench/each", this::publishOnEach)
			.POST("/bench/channels/{count}", this::create)
			.POST("/bench/memory", (request) -> ServerResponse.ok()
				.body(Mono.fromCallable(MemoryReport::take).subscribeOn(Schedulers.boundedElastic()), String.class))
			.build();
	}

	@Bean
	RouterFunction<ServerResponse> channelRoutes() {
		return new ChannelRoutes(this.channels).routes();
	}

	/**
	 * Makes all requests pass the filter chain.
	 */
	@Bean
	@ConditionalOnBooleanProperty("bench.filter")
	WebFilter markingFilter() {
		return (exchange, chain) -> {
			exchange.getAttributes().put("seen", true);
			return chain.filter(exchange);
		};
	}

	private Mono<ServerResponse> publish(ServerRequest request) {
		return request.bodyToMono(String.class)
			.flatMap((data) -> this.channels.find(request.pathVariable("channel"))
				.flatMap((channel) -> channel.publish(data)))
			.flatMap((position) -> ServerResponse.noContent().build())
			.switchIfEmpty(Mono.defer(() -> ServerResponse.notFound().build()));
	}

	/**
	 * Publishes a message on all channels, from a thread of the application: a client may
	 * be between two polls.
	 */
	private Mono<ServerResponse> publishOnEach(ServerRequest request) {
		return request.bodyToMono(String.class)
			.flatMap((data) -> Flux.fromIterable(this.created.values())
				.concatMap((channel) -> channel.publish(data))
				.then()
				.subscribeOn(Schedulers.boundedElastic()))
			.then(ServerResponse.noContent().build());
	}

	private Mono<ServerResponse> create(ServerRequest request) {
		Flux<Channel> created = Flux.range(0, Integer.parseInt(request.pathVariable("count")))
			.concatMap((number) -> this.channels.obtain("c" + number));
		return created.then(ServerResponse.noContent().build());
	}

}
