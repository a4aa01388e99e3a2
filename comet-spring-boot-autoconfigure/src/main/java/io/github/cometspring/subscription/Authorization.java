package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.security.ChannelAuthorizer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * Asks the application which channels a client may read. If the authorizer throws, fails,
 * completes empty or returns {@code null}, the channel is refused.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Authorization {

	/**
	 * The number of channels of one client that are decided at the same time.
	 */
	private static final int AT_ONCE = 16;

	private final ChannelAuthorizer authorizer;

	private final Duration timeout;

	// The logger that the other checks of a request use
	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(Admission.class), System::nanoTime);

	/**
	 * Logs errors that arrive when the client no longer waits. Without this, Reactor
	 * would log each with its stack trace.
	 */
	private final Context lateErrors = LateErrors.passedTo(this::logFailure);

	/**
	 * Creates an authorization.
	 * @param authorizer decides who may read which channel
	 * @param timeout how long it may take to decide on all channels of one request. After
	 * that, the request is refused and the client may try again
	 */
	public Authorization(ChannelAuthorizer authorizer, Duration timeout) {
		this.authorizer = authorizer;
		this.timeout = timeout;
	}

	Duration timeout() {
		return this.timeout;
	}

	/**
	 * Asks the authorizer for every channel of a request, whether it exists or not. The
	 * authorizer gets the Reactor context of the subscriber.
	 * @param request the request of the client
	 * @return the same request, in which the forbidden channels are refused; or the error
	 * of the principal
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
		// Also errors, because the client must get an answer.
		catch (Throwable ex) {
			return refuse(ex);
		}
		return decision.defaultIfEmpty(false).onErrorResume(this::refuse);
	}

	private Mono<Boolean> refuse(Throwable failure) {
		logFailure(failure);
		return Mono.just(false);
	}

	private void logFailure(Throwable failure) {
		this.log.warn("The channel authorizer failed; access is refused", failure);
	}

	void logTimeout() {
		this.log.warn(
				"The channel authorizer did not decide within %s (comet.authorization.timeout); the client may try again"
					.formatted(this.timeout),
				null);
	}

}
