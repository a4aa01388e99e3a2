package io.github.cometspring.client;

import java.net.URI;
import java.util.List;
import java.util.Set;
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

	/** The longest cursor that stands in the query, in characters. */
	private static final int MOST_IN_QUERY = 1000;

	private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT = new ParameterizedTypeReference<>() {
	};

	/** The name of the event before the end of a stream whose log-in has expired. */
	private static final String EXPIRED = "expired";

	private static final String GAP = "gap";

	private static final String ENDED = "ended";

	private static final Set<String> ABOUT_CHANNELS = Set.of(GAP, ENDED, "refused");

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

	/**
	 * Whether the cursor stands in the query. The server takes a client that sends
	 * Last-Event-ID for one that has been told which channels are refused (protocol,
	 * section 8). A long cursor does not fit into the first line of a request, which has
	 * fewer bytes than the headers.
	 */
	private static boolean isCursorInQuery(Progress progress) {
		return !progress.isAnchored() && progress.cursor().token().length() <= MOST_IN_QUERY;
	}

	private static void resume(Progress progress, HttpHeaders headers) {
		if (!isCursorInQuery(progress)) {
			headers.set("Last-Event-ID", progress.cursor().token());
		}
	}

	private URI uri(UriBuilder builder, Progress progress) {
		List<String> channels = progress.channels();
		Object[] variables = IntStream.range(0, channels.size()).mapToObj((i) -> "{channel" + i + "}").toArray();
		builder.path(this.options.path()).queryParam("channel", variables);
		if (isCursorInQuery(progress)) {
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
		@Nullable String data = event.data();
		if (data == null) {
			// The parser returns what there is of an event that the end of the body cuts
			// off. Its cursor does not count: the message is still to come.
			return;
		}
		@Nullable String name = event.event();
		// Decoded before the cursor moves, so that an event that cannot be decoded is not
		// skipped but sent again.
		ServerMessage.@Nullable Item item = (name == null || ABOUT_CHANNELS.contains(name))
				? ServerMessage.decodeItem(data) : null;
		move(event, progress);
		if (EXPIRED.equals(name)) {
			sink.error(new LogInExpiredException(progress.cursor()));
		}
		else if (item != null) {
			read(name, item, progress, sink);
		}
	}

	private static void read(@Nullable String name, ServerMessage.Item item, Progress progress,
			SynchronousSink<ReceivedMessage> sink) {
		if (name == null) {
			if (item.data() != null) {
				sink.next(progress.message(item.channel(), item.data()));
			}
			return;
		}
		switch (name) {
			case GAP -> progress.gap(item.channel());
			case ENDED -> progress.end(item.channel());
			default -> progress.refuse(item.channel());
		}
		if (!progress.isOpen()) {
			sink.complete();
		}
	}

	private static void move(ServerSentEvent<String> event, Progress progress) {
		@Nullable String id = event.id();
		if (id != null) {
			progress.moveTo(ServerMessage.parseCursor(id));
		}
	}

	@Override
	public boolean isContinuous(Progress progress) {
		return false;
	}

}
