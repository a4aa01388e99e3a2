package io.github.cometspring.client;

import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;

import io.github.cometspring.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriBuilder;

/**
 * Server-sent events (protocol, section 4). It reads on demand, except for what the
 * network layer and the parser buffer. So a slow subscriber causes backpressure up to the
 * server, and events that were buffered when the connection broke are sent again by the
 * next one.
 */
final class EventStreamAttempt implements Attempt {

	private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT = new ParameterizedTypeReference<>() {
	};

	/** The name of the event before the end of a stream whose log-in has expired. */
	private static final String EXPIRED = "expired";

	private final WebClient webClient;

	private final CometClientOptions options;

	private final Scheduler scheduler;

	EventStreamAttempt(WebClient webClient, CometClientOptions options, Scheduler scheduler) {
		this.webClient = webClient;
		this.options = options;
		this.scheduler = scheduler;
	}

	@Override
	public Flux<ReceivedMessage> open(Progress progress) {
		Flux<ServerSentEvent<String>> events = Credentials.of(this.options)
			.flatMapMany((credentials) -> this.webClient.get()
				.uri((builder) -> uri(builder, progress))
				.accept(MediaType.TEXT_EVENT_STREAM)
				.headers((headers) -> resume(progress, headers))
				.headers(credentials::logIn)
				.headers((headers) -> present(credentials.grants(), headers))
				.exchangeToFlux((response) -> events(response, progress)));
		return SilenceTimeout.watch(events, this.options.silence(), this.scheduler).handle((event, sink) -> {
			read(event, progress, sink);
			// After read(), which throws for a malformed event. A stream that expires at
			// once is no success, or the client would ask for tokens without a pause.
			if (!EXPIRED.equals(event.event())) {
				progress.succeed();
			}
		});
	}

	private static void present(List<String> grants, HttpHeaders headers) {
		if (!grants.isEmpty()) {
			headers.set("Comet-Grant", String.join(",", grants));
		}
	}

	private static void resume(Progress progress, HttpHeaders headers) {
		if (progress.isAnchored()) {
			headers.set("Last-Event-ID", progress.cursor().token());
		}
	}

	private URI uri(UriBuilder builder, Progress progress) {
		List<String> channels = progress.channels();
		Object[] variables = IntStream.range(0, channels.size()).mapToObj((i) -> "{channel" + i + "}").toArray();
		builder.path(this.options.path()).queryParam("channel", variables);
		if (!progress.isAnchored()) {
			// The server takes a client that sends Last-Event-ID for one that has been
			// told which channels are refused (protocol, section 8).
			builder.queryParam("cursor", progress.cursor().token());
		}
		return builder.build(channels.toArray());
	}

	private Flux<ServerSentEvent<String>> events(ClientResponse response, Progress progress) {
		if (response.statusCode().value() == 204) {
			progress.endAll();
			return response.releaseBody().thenMany(Flux.empty());
		}
		if (!Refusals.isExpected(response, MediaType.TEXT_EVENT_STREAM)) {
			return Refusals.<ServerSentEvent<String>>fail(response, progress, this.scheduler).flux();
		}
		progress.begin();
		return response.bodyToFlux(EVENT);
	}

	private static void read(ServerSentEvent<String> event, Progress progress, SynchronousSink<ReceivedMessage> sink) {
		@Nullable String id = event.id();
		if (id != null) {
			progress.moveTo(ServerMessage.parseCursor(id));
		}
		@Nullable String data = event.data();
		@Nullable String name = event.event();
		if (data == null) {
			return;
		}
		if (name == null) {
			ServerMessage.Item item = ServerMessage.decodeItem(data);
			if (item.data() != null) {
				sink.next(progress.message(item.channel(), item.data()));
			}
		}
		else if (name.equals("gap")) {
			progress.gap(ServerMessage.decodeItem(data).channel());
		}
		else if (name.equals(EXPIRED)) {
			sink.error(new LogInExpiredException(progress.cursor()));
		}
		else if (name.equals("ended") || name.equals("refused")) {
			String channel = ServerMessage.decodeItem(data).channel();
			if (name.equals("ended")) {
				progress.end(channel);
			}
			else {
				progress.refuse(channel);
			}
			if (!progress.isOpen()) {
				sink.complete();
			}
		}
	}

	@Override
	public boolean isContinuous(Progress progress) {
		return false;
	}

}
