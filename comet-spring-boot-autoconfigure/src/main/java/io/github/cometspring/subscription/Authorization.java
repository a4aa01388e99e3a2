package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.github.cometspring.security.ChannelAuthorizer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * Asks the application which of its channels a client may read. Whatever the authorizer
 * does other than permit refuses: it may throw, fail, say nothing, or return
 * {@code null}.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Authorization {

	/**
	 * For how many channels of one client the authorizer decides at the same time.
	 */
	private static final int AT_ONCE = 16;

	private final ChannelAuthorizer authorizer;

	private final Duration timeout;

	// Under the name of what decides on a client as a whole
	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(Admission.class), System::nanoTime);

	/**
	 * Takes errors that come when nobody waits for a decision any more; Reactor would log
	 * each with its stack trace.
	 */
	private final Context lateErrors = Context.of("reactor.onErrorDropped.local",
			(Consumer<Throwable>) this::noteFailure);

	/**
	 * Creates an authorization.
	 * @param authorizer decides who may read which channel
	 * @param timeout how long it may take to decide on all channels of one request; then
	 * the request is refused for the moment
	 */
	public Authorization(ChannelAuthorizer authorizer, Duration timeout) {
		this.authorizer = authorizer;
		this.timeout = timeout;
	}

	Duration timeout() {
		return this.timeout;
	}

	/**
	 * Finds out what the client may read. The authorizer is asked with the Reactor
	 * context of the subscriber, for every channel, known or not.
	 * @param request what the client asks for
	 * @return the same request, in which the channels are refused that it may not read;
	 * or the error of the principal
	 */
	Mono<SubscriptionRequest> permit(SubscriptionRequest request) {
		return request.principal()
			.<Optional<Principal>>map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.flatMap((principal) -> forbidden(principal.orElse(null), request.channels().keySet()))
			.map((forbidden) -> request.refusing(forbidden, Refusals.Reason.FORBIDDEN))
			.contextWrite(this.lateErrors);
	}

	private Mono<Set<String>> forbidden(@Nullable Principal principal, Set<String> channels) {
		return Flux.fromIterable(channels)
			.flatMap((channel) -> mayRead(principal, channel).filter((permitted) -> !permitted)
				.map((permitted) -> channel), AT_ONCE)
			.collect(Collectors.toSet());
	}

	private Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
		Mono<Boolean> decision;
		try {
			decision = Objects.requireNonNull(this.authorizer.mayRead(principal, channel));
		}
		// Whatever it is, the client must be told.
		catch (Throwable ex) {
			return refuse(ex);
		}
		return decision.defaultIfEmpty(false).onErrorResume(this::refuse);
	}

	private Mono<Boolean> refuse(Throwable failure) {
		noteFailure(failure);
		return Mono.just(false);
	}

	private void noteFailure(Throwable failure) {
		this.log.warn("The channel authorizer failed; access is refused", failure);
	}

	void noteTimeout() {
		this.log.warn(
				"The channel authorizer did not decide within %s (comet.authorization.timeout); the client may try again"
					.formatted(this.timeout),
				null);
	}

}
