package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.protocol.PublishCodec;
import io.github.cometspring.protocol.PublishEntry;
import io.github.cometspring.protocol.PublishResult;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.PublishAuthorization;
import io.github.cometspring.subscription.PublishAuthorization.Permission;
import io.github.cometspring.subscription.PublishCounts;
import io.github.cometspring.subscription.PublishOutcome;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * Publication over HTTP (protocol, section 11), on the default path and the fast path:
 * who may publish, and what a request is answered.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PublishPolicy {

	/**
	 * How long it may take to publish the messages of a request.
	 */
	static final Duration TIMEOUT = Duration.ofSeconds(20);

	/**
	 * The headers of answers shorter than this are kept: those about a few messages.
	 */
	private static final int SHORT_ANSWER = 512;

	/**
	 * Distinguishes holders of keys from users.
	 */
	private static final String KEY = "key:";

	private static final AsciiString JSON = new AsciiString(MediaType.APPLICATION_JSON_VALUE);

	private static final AsciiString PROBLEM_JSON = new AsciiString(MediaType.APPLICATION_PROBLEM_JSON_VALUE);

	private final Channels channels;

	private final PublishAuthorization authorization;

	private final BooleanSupplier active;

	private final PublishReader reader;

	private final PublishCounts counts;

	private final Deadlines deadlines = new Deadlines(TIMEOUT);

	/**
	 * Answers to requests whose messages were all published, by the length of the body,
	 * on which alone the headers depend. A thread that misses what another has just added
	 * adds the same again.
	 */
	private final @Nullable PollAnswer[] accepted = new PollAnswer[SHORT_ANSWER];

	/**
	 * Creates a policy.
	 * @param channels the channels
	 * @param authorization decides who may publish
	 * @param active whether the service is active
	 * @param limits what publishers may do
	 * @param counts counts what is published
	 */
	public PublishPolicy(Channels channels, PublishAuthorization authorization, BooleanSupplier active,
			PublishLimits limits, PublishCounts counts) {
		this.channels = channels;
		this.authorization = authorization;
		this.active = active;
		this.reader = new PublishReader(limits);
		this.counts = counts;
	}

	/**
	 * Admits a request that presents a key while the service is active: nobody else has
	 * to look at its head.
	 * @param headers the values of a header of the request by its name, perhaps none
	 * @return the name of the key, or {@code null} if the request is not admitted
	 */
	public @Nullable String admit(Function<String, List<String>> headers) {
		return this.active.getAsBoolean() ? findKey(headers) : null;
	}

	/**
	 * Finds the key that a request presents.
	 * @param headers the values of a header of the request by its name, perhaps none
	 * @return the name of the key, or {@code null} if it presents none
	 */
	@Nullable String findKey(Function<String, List<String>> headers) {
		return this.authorization.findKey(headers.apply(HttpHeaders.AUTHORIZATION),
				headers.apply(CometHeaders.API_KEY));
	}

	/**
	 * Refuses a request for what its head says, before its body is read.
	 * @param key the name of the key that it presents, or {@code null} if it presents
	 * none
	 * @return the refusal, or {@code null} if the body is to be read
	 */
	@Nullable PollAnswer refusal(@Nullable String key) {
		if (!this.active.getAsBoolean()) {
			return refuse(HttpStatus.SERVICE_UNAVAILABLE, "Comet is deactivated");
		}
		boolean unknown = key == null && !this.authorization.asksApplication();
		return unknown ? refuse(HttpStatus.UNAUTHORIZED, "A key is needed") : null;
	}

	/**
	 * The answer to a request that is refused entirely.
	 */
	PollAnswer refuse(HttpStatus status, String sentence) {
		this.counts.add(PublishOutcome.REJECTED);
		Map<String, String> headers = switch (status) {
			case METHOD_NOT_ALLOWED -> Map.of(HttpHeaders.ALLOW, HttpMethod.POST.name());
			case UNSUPPORTED_MEDIA_TYPE -> Map.of("Accept-Post", String.join(", ", PublishReader.MEDIA_TYPES));
			default -> Map.of();
		};
		return new PollAnswer(status, PROBLEM_JSON, headers,
				JsonCodec.encodeProblem(status.getReasonPhrase(), status.value(), sentence, null));
	}

	/**
	 * The answer to a request that has failed, and whose messages may be published.
	 * @return the answer
	 */
	public PollAnswer failure() {
		return refuse(HttpStatus.INTERNAL_SERVER_ERROR, "It is not known whether the messages were published");
	}

	/**
	 * Publishes the messages of a request whose head is admitted: at once those that the
	 * channels take at once, and on subscription those that have to wait.
	 * @param query the query as it came over the wire, or {@code null} if there is none
	 * @param headers the values of a header of the request by its name, perhaps none; not
	 * used when this has returned
	 * @param body the body
	 * @param key the name of the key that the request presents, or {@code null} if it
	 * presents none, and the application decides
	 * @param caller who asks, if there is no key
	 * @param loop the event loop that owns the publisher's socket
	 * @return the answer, or the error of the principal; to be subscribed to once
	 */
	public Mono<PollAnswer> answer(@Nullable String query, Function<String, List<String>> headers, byte[] body,
			@Nullable String key, Caller caller, EventLoop loop) {
		List<PublishEntry> entries;
		Set<String> named;
		String onceKey;
		try {
			entries = this.reader.entries(query, headers, body);
			named = this.reader.channels(entries);
			onceKey = this.reader.key(headers);
		}
		catch (RefusedRequestException ex) {
			return Mono.just(refuse(ex.status(), ex.sentence()));
		}
		if (key != null) {
			return publish(run(entries, null, (onceKey != null) ? KEY + key + "\n" + onceKey : null), loop);
		}
		return this.authorization.permit(caller, named, loop)
			.map((Permission permission) -> run(entries, permission.channels(),
					(onceKey != null) ? permission.publisher() + "\n" + onceKey : null))
			.flatMap((run) -> publish(run, loop))
			.onErrorResume(TimeoutException.class, (ex) -> Mono
				.just(refuse(HttpStatus.SERVICE_UNAVAILABLE, "It could not be decided in time; try again later")));
	}

	private PublishRun run(List<PublishEntry> entries, @Nullable Set<String> permitted, @Nullable String requestKey) {
		return new PublishRun(this.channels, this.reader.limits(), entries, permitted, requestKey);
	}

	private Mono<PollAnswer> publish(PublishRun run, EventLoop loop) {
		if (run.publishAtOnce()) {
			return Mono.just(answer(run.results(this.counts)));
		}
		return Mono.using(() -> {
			this.counts.begin();
			return this.counts;
		}, (counts) -> publishInTime(run, loop), PublishCounts::end, false);
	}

	private Mono<PollAnswer> publishInTime(PublishRun run, EventLoop loop) {
		return run.publish()
			.timeout(this.deadlines.on(loop))
			.onErrorResume(TimeoutException.class, (ex) -> Mono.empty())
			.then(Mono.fromSupplier(() -> answer(run.results(this.counts))))
			.contextWrite(LateErrors.IGNORED);
	}

	/**
	 * The answer with results. Its status is that of all messages, or 207 if they have
	 * several.
	 */
	private PollAnswer answer(List<PublishResult> results) {
		byte[] body = PublishCodec.encode(results);
		HttpStatus status = status(results);
		if (status != HttpStatus.OK || body.length >= this.accepted.length) {
			return new PollAnswer(status, JSON, Map.of(), body);
		}
		PollAnswer alike = this.accepted[body.length];
		if (alike == null) {
			alike = new PollAnswer(status, JSON, Map.of(), body);
			this.accepted[body.length] = alike;
		}
		return new PollAnswer(alike, body);
	}

	private static HttpStatus status(List<PublishResult> results) {
		int status = results.get(0).status();
		for (PublishResult result : results) {
			if (result.status() != status) {
				return HttpStatus.MULTI_STATUS;
			}
		}
		return HttpStatus.valueOf(status);
	}

}
