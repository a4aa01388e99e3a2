package io.github.cometspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.MonotonicTime;
import io.github.cometspring.protocol.ClientMessage;
import io.github.cometspring.protocol.ServerMessage;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Long polling with JSON (protocol, section 3). It holds one answer at a time: the next
 * poll waits until the subscriber has taken all of it and requests more.
 * <p>
 * The first poll is not held: it fetches a cursor for all channels, so that no message is
 * lost if a later answer is.
 */
final class PollingAttempt implements Attempt {

	private final WebClient webClient;

	private final CometClientOptions options;

	private final Scheduler scheduler;

	private final MonotonicTime time;

	PollingAttempt(WebClient webClient, CometClientOptions options, Scheduler scheduler) {
		this.webClient = webClient;
		this.options = options;
		this.scheduler = scheduler;
		this.time = MonotonicTime.of(scheduler);
	}

	@Override
	public Flux<ReceivedMessage> open(Progress progress) {
		boolean held = progress.isAnchored();
		Duration timeout = held ? this.options.pollTimeout() : Duration.ZERO;
		long start = this.time.nanoTime();
		return Credentials.of(this.options)
			.flatMap((credentials) -> this.webClient.post()
				.uri((builder) -> builder.path(this.options.path()).build())
				.contentType(MediaType.APPLICATION_JSON)
				.accept(MediaType.APPLICATION_JSON)
				.headers(credentials::logIn)
				.bodyValue(
						ClientMessage.encodePoll(progress.channels(), progress.cursor(), timeout, credentials.grants()))
				.exchangeToMono((response) -> body(response, progress)))
			.timeout(timeout.plus(this.options.silence()), this.scheduler)
			.map((body) -> read(ServerMessage.decode(new String(body, StandardCharsets.UTF_8)), progress))
			.doOnNext((messages) -> {
				if (held && messages.isEmpty()
						&& this.time.nanoTime() - start < this.options.firstBackoff().toNanos()) {
					progress.noteEarlyAnswer();
				}
				else {
					progress.succeed();
				}
			})
			.flatMapIterable((messages) -> messages);
	}

	private Mono<byte[]> body(ClientResponse response, Progress progress) {
		// An answer without a body would be no answer, and the poll would be repeated
		// without a pause.
		return Refusals.isExpected(response, MediaType.APPLICATION_JSON) ? response.bodyToMono(byte[].class)
			.switchIfEmpty(Mono.error(() -> new UnexpectedAnswerException(
					"Server does not speak the protocol: status 200 without a body (is the path right?)", null)))
				: Refusals.fail(response, progress, this.scheduler);
	}

	private static List<ReceivedMessage> read(ServerMessage answer, Progress progress) {
		progress.begin();
		answer.refused().forEach(progress::refuse);
		answer.gaps().forEach(progress::gap);
		List<ReceivedMessage> messages = new ArrayList<>(answer.messages().size());
		int last = answer.messages().size() - 1;
		for (int i = 0; i < last; i++) {
			messages.add(message(answer.messages().get(i), progress));
		}
		progress.moveTo(answer.cursor());
		if (last >= 0) {
			messages.add(message(answer.messages().get(last), progress));
		}
		answer.ended().forEach(progress::end);
		return messages;
	}

	private static ReceivedMessage message(ServerMessage.Item item, Progress progress) {
		return progress.message(item.channel(), Objects.requireNonNull(item.data()));
	}

	/**
	 * The client waits before the next poll if the server has answered this one early and
	 * without messages.
	 */
	@Override
	public boolean isContinuous(Progress progress) {
		return !progress.isAnsweredEarly();
	}

}
