package io.github.cometspring.benchmarks.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Message;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Has the application itself publish and listen, which costs no HTTP a message.
 */
final class ChannelRoutes {

	private static final int LENGTH = 100;

	private static final String DATA = "x".repeat(LENGTH);

	private static final int UNDER_WAY = 500;

	private static final Duration LIMIT = Duration.ofSeconds(90);

	private final Channels channels;

	private final List<Channel> listened = new CopyOnWriteArrayList<>();

	private final AtomicInteger rounds = new AtomicInteger();

	private volatile Disposable.Composite listeners = Disposables.composite();

	private volatile Round round = new Round(0, 0);

	ChannelRoutes(Channels channels) {
		this.channels = channels;
	}

	RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.POST("/bench/publications/{count}/{underWay}", this::publish)
			.POST("/bench/listeners/{count}", this::listen)
			.POST("/bench/rounds/{channels}/{count}", this::publishRounds)
			.POST("/bench/closed/{count}", this::close)
			.build();
	}

	/**
	 * Publishes messages on one channel.
	 */
	private Mono<ServerResponse> publish(ServerRequest request) {
		int underWay = number(request, "underWay");
		Flux<Integer> numbers = Flux.range(0, number(request, "count"));
		return this.channels.find("c0").flatMap((channel) -> {
			long start = System.nanoTime();
			return numbers.flatMap((number) -> channel.publish(DATA), underWay)
				.then(Mono.defer(() -> ServerResponse.ok()
					.bodyValue("RESULT seconds=%.6f%n".formatted((System.nanoTime() - start) / 1e9))));
		});
	}

	/**
	 * Listens to this number of channels from now on.
	 */
	private Mono<ServerResponse> listen(ServerRequest request) {
		return Mono.defer(() -> {
			this.listeners.dispose();
			Disposable.Composite listeners = Disposables.composite();
			this.listeners = listeners;
			this.listened.clear();
			return Flux.range(0, number(request, "count"))
				.flatMap((number) -> this.channels.obtain("c" + number), UNDER_WAY)
				.flatMap((channel) -> channel.cursor()
					.doOnNext((end) -> listeners.add(channel.messages(end).subscribe(this::hear)))
					.thenReturn(channel), UNDER_WAY)
				.collectList()
				.doOnNext(this.listened::addAll)
				.then(ServerResponse.noContent().build());
		});
	}

	private void hear(Message message) {
		this.round.hear(message);
	}

	/**
	 * Publishes a message on each of the first channels that are listened to, and waits
	 * until all have heard it; then the next.
	 */
	private Mono<ServerResponse> publishRounds(ServerRequest request) {
		List<Channel> first = this.listened.subList(0, number(request, "channels"));
		return Flux.range(0, number(request, "count"))
			.concatMap((number) -> publishRound(first))
			.then(ServerResponse.noContent().build());
	}

	private Mono<Void> publishRound(List<Channel> channels) {
		Round round = new Round(this.rounds.incrementAndGet(), channels.size());
		this.round = round;
		return Flux.fromIterable(channels)
			.flatMap((channel) -> channel.publish(round.text), UNDER_WAY)
			.then(round.heard.asMono())
			.timeout(LIMIT);
	}

	private Mono<ServerResponse> close(ServerRequest request) {
		return Flux.range(0, number(request, "count"))
			.concatMap((number) -> this.channels.find("c" + number))
			.concatMap(Channel::close)
			.then(ServerResponse.noContent().build());
	}

	private static int number(ServerRequest request, String name) {
		return Integer.parseInt(request.pathVariable(name));
	}

	/**
	 * A message for each of some channels.
	 */
	private static final class Round {

		private final String text;

		private final AtomicInteger missing;

		private final Sinks.Empty<Void> heard = Sinks.empty();

		/**
		 * Creates a round.
		 * @param number tells it from others
		 * @param channels how many channels have to hear the message
		 */
		Round(int number, int channels) {
			String beginning = number + ":";
			this.text = beginning + "x".repeat(LENGTH - beginning.length());
			this.missing = new AtomicInteger(channels);
		}

		void hear(Message message) {
			if (message.data().equals(this.text) && this.missing.decrementAndGet() == 0) {
				this.heard.tryEmitEmpty();
			}
		}

	}

}
