package io.github.cometspring.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.protocol.ClientMessage;
import io.github.cometspring.protocol.ServerMessage;
import reactor.core.publisher.Mono;

import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Long polling with JSON (protocol, section 3). The first poll of a connection is not
 * held, so that the client has its cursor before the test goes on.
 */
final class JsonPollWire implements Wire {

	/**
	 * The server caps it by its own timeout.
	 */
	private static final Duration HELD = Duration.ofMinutes(10);

	/**
	 * The delay after an empty answer: a server may be told to hold no polls.
	 */
	private static final Duration PAUSE = Duration.ofMillis(10);

	private final WebClient webClient;

	private final String path;

	JsonPollWire(WebClient webClient, String path) {
		this.webClient = webClient;
		this.path = path;
	}

	@Override
	public Mono<Void> run(Reception.Link link) {
		return begin(link).then(repeat(Mono.defer(() -> poll(link, HELD)), link));
	}

	/**
	 * Repeats a poll until the client has nothing left to listen to.
	 * @param poll tells whether its answer was empty
	 * @param link the connection
	 */
	static Mono<Void> repeat(Mono<Boolean> poll, Reception.Link link) {
		Mono<Void> next = poll.flatMap((empty) -> empty ? Mono.delay(PAUSE).then() : Mono.empty());
		return Mono.defer(() -> link.isOpen() ? next.repeat(link::isOpen).then() : Mono.empty());
	}

	/**
	 * Polls once without waiting, to have a cursor.
	 */
	private Mono<Void> begin(Reception.Link link) {
		return Mono.defer(() -> poll(link, Duration.ZERO)).then();
	}

	/**
	 * Polls once without waiting for a client of another dialect, which then receives by
	 * its own polls whatever there is.
	 */
	Mono<Void> admit(Reception.Link link) {
		return Mono.defer(() -> ask(link.channels(), link.cursor(), Duration.ZERO)).flatMap((answer) -> {
			answer.refused().forEach(link::refuse);
			return beginning(link, answer);
		}).doOnNext(link::moveTo).then();
	}

	/**
	 * The cursor at which a client begins: its own, and "now" in the channels that it
	 * does not contain.
	 */
	private Mono<Cursor> beginning(Reception.Link link, ServerMessage answer) {
		Cursor from = link.cursor();
		if (from.equals(Cursor.LATEST) || from.equals(Cursor.EARLIEST)) {
			return Mono.just(from.equals(Cursor.LATEST) ? answer.cursor() : from);
		}
		List<String> others = link.channels()
			.stream()
			.filter((channel) -> !from.knows(channel) && !answer.refused().contains(channel))
			.toList();
		// The cursor of the first answer has newer positions in the channels that the
		// client's own contains.
		return others.isEmpty() ? Mono.just(from)
				: ask(others, Cursor.LATEST, Duration.ZERO).map((now) -> now.cursor().and(from));
	}

	private Mono<Boolean> poll(Reception.Link link, Duration timeout) {
		return ask(link.channels(), link.cursor(), timeout).map((answer) -> read(answer, link));
	}

	private Mono<ServerMessage> ask(List<String> channels, Cursor from, Duration timeout) {
		return this.webClient.post()
			.uri((builder) -> builder.path(this.path).build())
			.contentType(MediaType.APPLICATION_JSON)
			.accept(MediaType.APPLICATION_JSON)
			.bodyValue(ClientMessage.encodePoll(channels, from, timeout, List.of()))
			.exchangeToMono(JsonPollWire::body)
			.map((body) -> ServerMessage.decode(new String(body, StandardCharsets.UTF_8)));
	}

	private static Mono<byte[]> body(ClientResponse response) {
		// An empty answer would be no answer, and the poll would be repeated without a
		// pause.
		return (response.statusCode().value() == 200) ? response.bodyToMono(byte[].class)
			.switchIfEmpty(Mono.error(() -> new IllegalStateException("200 without a body: is the path right?")))
				: Refusals.fail(response);
	}

	/**
	 * Reports an answer, or a frame of a WebSocket.
	 * @return whether it has nothing but a cursor
	 */
	static boolean read(ServerMessage answer, Reception.Link link) {
		answer.refused().forEach(link::refuse);
		answer.gaps().forEach(link::gap);
		int last = answer.messages().size() - 1;
		for (int i = 0; i <= last; i++) {
			if (i == last) {
				// The cursor is the one after the last message.
				link.moveTo(answer.cursor());
			}
			ServerMessage.Item item = answer.messages().get(i);
			link.message(item.channel(), Objects.requireNonNull(item.data()));
		}
		if (last < 0) {
			link.moveTo(answer.cursor());
		}
		answer.ended().forEach(link::end);
		return last < 0 && answer.gaps().isEmpty() && answer.ended().isEmpty();
	}

}
