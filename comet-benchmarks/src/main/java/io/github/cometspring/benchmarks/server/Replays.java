package io.github.cometspring.benchmarks.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Channels written by hand for clients that come back: a sink replays the last messages,
 * and those that the client has are left out.
 */
final class Replays {

	private static final int HISTORY = 20;

	// How many messages one client may lag behind
	private static final int BUFFER = 256;

	private final Map<String, Replay> replays = new ConcurrentHashMap<>();

	RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.POST("/replay/pub/{channel}", this::publish)
			.GET("/replay/lp/{channel}", this::poll)
			.GET("/replay/sse/{channel}", this::stream)
			.build();
	}

	WebSocketHandler sockets() {
		return this::serve;
	}

	private Mono<ServerResponse> publish(ServerRequest request) {
		return request.bodyToMono(String.class)
			.map((data) -> replay(request.pathVariable("channel")).publish(data))
			.flatMap((number) -> ServerResponse.ok().bodyValue(String.valueOf(number)));
	}

	private Mono<ServerResponse> poll(ServerRequest request) {
		long after = Long.parseLong(request.queryParam("after").orElse("0"));
		return replay(request.pathVariable("channel")).next(after)
			.flatMap((messages) -> ServerResponse.ok()
				.contentType(MediaType.TEXT_PLAIN)
				.header("X-Number", String.valueOf(messages.get(messages.size() - 1).number()))
				.bodyValue(messages.stream().map(Message::data).collect(Collectors.joining("\n"))));
	}

	private Mono<ServerResponse> stream(ServerRequest request) {
		long after = Long.parseLong(request.queryParam("after").orElse("0"));
		var events = replay(request.pathVariable("channel")).after(after)
			.map((message) -> ServerSentEvent.builder(message.data()).id(String.valueOf(message.number())).build())
			.startWith(ServerSentEvent.<String>builder().comment("open").build());
		return ServerResponse.ok().contentType(MediaType.TEXT_EVENT_STREAM).body(events, ServerSentEvent.class);
	}

	private Mono<Void> serve(WebSocketSession session) {
		var address = UriComponentsBuilder.fromUri(session.getHandshakeInfo().getUri()).build();
		String channel = address.getPathSegments().get(2);
		String after = address.getQueryParams().getFirst("after");
		return session
			.send(replay(channel).after((after != null) ? Long.parseLong(after) : 0)
				.map((message) -> session
					.textMessage("{\"id\":" + message.number() + ",\"data\":\"" + message.data() + "\"}")))
			.and(session.receive());
	}

	private Replay replay(String channel) {
		return this.replays.computeIfAbsent(channel, (key) -> new Replay());
	}

	/**
	 * One of the channels.
	 */
	private static final class Replay {

		private final Sinks.Many<Message> sink = Sinks.many().replay().limit(HISTORY);

		private final List<Message> history = new ArrayList<>();

		private long newest;

		/**
		 * Publishes a message. Synchronized, because a sink accepts one call at a time.
		 * @param data the message
		 * @return its number
		 */
		synchronized long publish(String data) {
			this.newest++;
			Message message = new Message(this.newest, data);
			this.history.add(message);
			if (this.history.size() > HISTORY) {
				this.history.remove(0);
			}
			this.sink.tryEmitNext(message);
			return this.newest;
		}

		/**
		 * All later messages, or the next one.
		 */
		Mono<List<Message>> next(long number) {
			List<Message> later = later(number);
			return later.isEmpty() ? after(number).next().map(List::of) : Mono.just(later);
		}

		private synchronized List<Message> later(long number) {
			return this.history.stream().filter((message) -> message.number() > number).toList();
		}

		Flux<Message> after(long number) {
			return this.sink.asFlux().filter((message) -> message.number() > number).onBackpressureBuffer(BUFFER);
		}

	}

	/**
	 * A message.
	 *
	 * @param number its place in the channel
	 * @param data its text
	 */
	private record Message(long number, String data) {
	}

}
