package io.github.cometspring.test;

import java.net.URI;
import java.util.stream.IntStream;

import io.github.cometspring.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriBuilder;

/**
 * Server-sent events (protocol, section 4), as a page's {@code EventSource} reads them:
 * the first request has the cursor in its query, a later one has {@code Last-Event-ID}.
 */
final class EventStreamWire implements Wire {

	private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT = new ParameterizedTypeReference<>() {
	};

	private final WebClient webClient;

	private final String path;

	EventStreamWire(WebClient webClient, String path) {
		this.webClient = webClient;
		this.path = path;
	}

	@Override
	public Mono<Void> run(Reception.Link link) {
		return this.webClient.get()
			.uri((builder) -> uri(builder, link))
			.accept(MediaType.TEXT_EVENT_STREAM)
			.headers((headers) -> resume(headers, link))
			.exchangeToFlux((response) -> events(response, link))
			.doOnNext((event) -> read(event, link))
			.takeUntil((event) -> !link.isOpen())
			.then();
	}

	private URI uri(UriBuilder builder, Reception.Link link) {
		Object[] channels = link.channels().toArray();
		Object[] variables = IntStream.range(0, channels.length).mapToObj((i) -> "{channel" + i + "}").toArray();
		builder.path(this.path).queryParam("channel", variables);
		if (!link.resumes()) {
			builder.queryParam("cursor", link.cursor().token());
		}
		return builder.build(channels);
	}

	private static void resume(HttpHeaders headers, Reception.Link link) {
		if (link.resumes()) {
			headers.set("Last-Event-ID", link.cursor().token());
		}
	}

	private static Flux<ServerSentEvent<String>> events(ClientResponse response, Reception.Link link) {
		if (response.statusCode().value() == 204) {
			link.endAll();
			return response.releaseBody().thenMany(Flux.empty());
		}
		return (response.statusCode().value() == 200) ? response.bodyToFlux(EVENT)
				: Refusals.<ServerSentEvent<String>>fail(response).flux();
	}

	private static void read(ServerSentEvent<String> event, Reception.Link link) {
		@Nullable String data = event.data();
		if (data == null) {
			// The end of the body has cut the event off.
			return;
		}
		@Nullable String name = event.event();
		if (name == null) {
			ServerMessage.Item item = ServerMessage.decodeItem(data);
			move(event, link);
			if (item.data() != null) {
				link.message(item.channel(), item.data());
			}
			return;
		}
		move(event, link);
		switch (name) {
			case "gap" -> link.gap(ServerMessage.decodeItem(data).channel());
			case "ended" -> link.end(ServerMessage.decodeItem(data).channel());
			case "refused" -> link.refuse(ServerMessage.decodeItem(data).channel());
			case "expired" -> link.disconnect(CometRefusal.Reason.LOGIN, "event: expired");
			default -> {
				// A heartbeat, or an event that this version does not know
			}
		}
	}

	private static void move(ServerSentEvent<String> event, Reception.Link link) {
		@Nullable String id = event.id();
		if (id != null) {
			link.moveTo(ServerMessage.parseCursor(id));
		}
	}

}
