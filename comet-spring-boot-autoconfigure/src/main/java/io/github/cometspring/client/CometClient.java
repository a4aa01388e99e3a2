package io.github.cometspring.client;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.protocol.MalformedMessageException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.context.Context;
import reactor.util.retry.Retry;

import org.springframework.core.codec.CodecException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

/**
 * Listens to channels of a server. It replaces a lost connection by another, which
 * resumes at the cursor of the last one. So each message comes once and in order, however
 * often the connection breaks; {@link ReceivedMessage#afterGap()} reports messages that
 * the server's history no longer had.
 * <p>
 * It retries without limit when a connection is lost or the server is not available (408,
 * 425, 429, 5xx): add a {@code timeout} or {@code takeUntilOther} to a subscription that
 * should give up. {@code Retry-After} is obeyed up to an hour. Errors that another
 * attempt would not change end the subscription: {@link SubscriptionRefusedException},
 * such as for 400 and 403, and {@link UnexpectedAnswerException}. Once the server has
 * answered as expected, the client also retries after answers that a deployment, a proxy
 * or an expired log-in may cause (401, 404, 421, redirects, HTML). Then only a refusal
 * that names channels, or an answer that is too large, ends the subscription.
 * <p>
 * Channels that the server refuses do not disturb the others. They are requested again
 * with every new connection, or poll; if the server accepts one, its first message comes
 * {@linkplain ReceivedMessage#afterGap() after a gap}. When all others have ended, the
 * subscription fails with a {@link SubscriptionRefusedException} that names those that
 * are still refused. The first refusal of a channel is logged.
 * <p>
 * The client logs in with the {@linkplain CometClientOptions#token() token} of its
 * options, or with what the {@code WebClient} has: its headers, or a filter that sets
 * {@code Authorization} for each request, such as Spring Security's for OAuth 2. When the
 * right to read has run out, the client makes another request, with another token, and
 * resumes at its cursor. Without a token or grants in the options, and without a filter,
 * it would always send the same: then the subscription fails with
 * {@link LogInExpiredException}. It presents {@linkplain CometClientOptions#grants()
 * grants} with each request.
 * <p>
 * There is no queue: it connects and reads on demand, except for one answer of at most
 * {@link CometClientOptions#maxAnswerSize()}.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class CometClient {

	private static final Logger logger = Loggers.getLogger(CometClient.class);

	/**
	 * Handles errors that come after the subscriber has cancelled: an answer that was
	 * half read may still fail, and without this key Reactor would log that as an error
	 * of the application.
	 */
	private static final Context LATE_ERRORS = LateErrors
		.passedTo((ex) -> logger.debug("A cancelled request has failed", ex));

	private final CometClientOptions options;

	private final Attempt attempt;

	private final Scheduler scheduler;

	private final DoubleSupplier random;

	/**
	 * Whether the next request may have another token or grant.
	 */
	private final boolean logsInAgain;

	CometClient(WebClient webClient, CometClientOptions options, Scheduler scheduler, DoubleSupplier random) {
		WebClient bounded = webClient.mutate()
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(options.maxAnswerSize()))
			.build();
		this.options = options;
		this.scheduler = scheduler;
		this.random = random;
		this.logsInAgain = options.hasCredentials() || hasFilters(webClient);
		this.attempt = switch (options.transport()) {
			case EVENT_STREAM -> new EventStreamAttempt(bounded, options, scheduler);
			case POLLING -> new PollingAttempt(bounded, options, scheduler);
		};
	}

	/**
	 * Whether a web client has filters, which may set a token.
	 */
	private static boolean hasFilters(WebClient webClient) {
		AtomicBoolean found = new AtomicBoolean();
		webClient.mutate().filters((filters) -> found.set(!filters.isEmpty()));
		return found.get();
	}

	/**
	 * Creates a client with the default options.
	 * @param webClient makes the requests; its base URL is the server's
	 * @return the client
	 */
	public static CometClient create(WebClient webClient) {
		return create(webClient, CometClientOptions.DEFAULT);
	}

	/**
	 * Creates a client.
	 * @param webClient makes the requests; its base URL is the server's
	 * @param options how to listen
	 * @return the client
	 */
	public static CometClient create(WebClient webClient, CometClientOptions options) {
		return new CometClient(webClient, options, Schedulers.parallel(),
				() -> ThreadLocalRandom.current().nextDouble());
	}

	/**
	 * Listens from now on.
	 * @param channels the ids of the channels
	 * @return the messages; completes when all channels have ended, or never existed
	 * @throws IllegalArgumentException if there are no channels
	 */
	public Flux<ReceivedMessage> subscribe(String... channels) {
		return subscribe(Cursor.LATEST, channels);
	}

	/**
	 * Listens from a cursor on.
	 * @param from where to start; channels that it does not contain start at "now"
	 * @param channels the ids of the channels
	 * @return the messages; completes when all channels have ended, or never existed
	 * @throws IllegalArgumentException if there are no channels
	 */
	public Flux<ReceivedMessage> subscribe(Cursor from, String... channels) {
		return subscribe(from, Arrays.asList(channels));
	}

	/**
	 * Listens from a cursor on.
	 * @param from where to start; channels that it does not contain start at "now"
	 * @param channels the ids of the channels
	 * @return the messages; completes when all channels have ended, or never existed
	 * @throws IllegalArgumentException if there are no channels
	 */
	public Flux<ReceivedMessage> subscribe(Cursor from, Collection<String> channels) {
		List<String> ids = List.copyOf(channels);
		if (ids.isEmpty()) {
			throw new IllegalArgumentException("No channels to subscribe to: name at least one");
		}
		return Flux.defer(() -> listen(new Progress(ids, from)));
	}

	private Flux<ReceivedMessage> listen(Progress progress) {
		return onDemand(Flux.defer(() -> this.attempt.open(progress)).contextWrite(LATE_ERRORS))
			.repeatWhen((ends) -> ends.takeWhile((count) -> progress.isOpen()).concatMap((count) -> pause(progress)))
			.retryWhen(Retry.from((failures) -> failures.concatMap((failure) -> recover(failure.failure(), progress))))
			.concatWith(Mono.defer(() -> end(progress.refused())));
	}

	private static Mono<ReceivedMessage> end(List<String> refused) {
		return refused.isEmpty() ? Mono.empty()
				: Mono.error(new SubscriptionRefusedException(403, "all other channels have ended", refused));
	}

	/**
	 * Subscribes to the source on the first demand.
	 */
	private static <T> Flux<T> onDemand(Flux<T> source) {
		return Flux.defer(() -> {
			Sinks.Empty<Void> wanted = Sinks.empty();
			return source.delaySubscription(wanted.asMono()).doOnRequest((n) -> wanted.tryEmitEmpty());
		});
	}

	private Mono<Long> pause(Progress progress) {
		return this.attempt.isContinuous(progress) ? Mono.just(0L) : delay(Duration.ZERO, progress);
	}

	private Mono<Long> recover(Throwable failure, Progress progress) {
		if (failure instanceof UnavailableException unavailable) {
			return delay(unavailable.retryAfter(), progress);
		}
		if (failure instanceof LogInExpiredException) {
			return this.logsInAgain ? delay(Duration.ZERO, progress) : Mono.error(failure);
		}
		if (isTransient(failure) || (progress.isServed() && mayPass(failure))) {
			return delay(Duration.ZERO, progress);
		}
		if (failure instanceof MalformedMessageException) {
			return Mono.error(new UnexpectedAnswerException(
					"Server does not speak the protocol: %s".formatted(failure.getMessage()), failure));
		}
		if (failure instanceof DataBufferLimitException) {
			return Mono.error(new UnexpectedAnswerException(
					"Server sends more than %d bytes at a time (maxAnswerSize)".formatted(this.options.maxAnswerSize()),
					failure));
		}
		if (failure instanceof CodecException) {
			return Mono.error(new UnexpectedAnswerException("Server does not speak the protocol", failure));
		}
		return Mono.error(failure);
	}

	private static boolean isTransient(Throwable failure) {
		// The last two: WebClient does not wrap all exceptions of timeouts and aborted
		// connections. Compared by package, since Netty need not be on the class path.
		return failure instanceof IOException || failure instanceof TimeoutException
				|| failure instanceof WebClientRequestException
				|| (failure instanceof WebClientResponseException answer && isTemporary(answer.getStatusCode().value()))
				|| failure.getClass().getPackageName().startsWith("io.netty.")
				|| failure.getClass().getPackageName().startsWith("reactor.netty.");
	}

	/**
	 * Whether the server from which the application gets its tokens may answer better
	 * next time.
	 */
	private static boolean isTemporary(int status) {
		return status >= 500 || status == 429;
	}

	/**
	 * Whether a server that has answered as expected before may do so again.
	 */
	private static boolean mayPass(Throwable failure) {
		if (failure instanceof SubscriptionRefusedException refused) {
			return refused.getChannels().isEmpty();
		}
		return failure instanceof UnexpectedAnswerException || failure instanceof MalformedMessageException
				|| failure instanceof CodecException;
	}

	private Mono<Long> delay(Duration least, Progress progress) {
		return Mono.delay(least.plus(progress.backoff(this.options, this.random.getAsDouble())), this.scheduler);
	}

}
