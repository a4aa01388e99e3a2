package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.channel.RateLimitedLog;
import io.github.cometspring.security.PublishAuthorizer;
import io.github.cometspring.security.PublishKeys;
import io.github.cometspring.security.PublishRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * Decides who may publish over HTTP: who presents a key may publish on every channel, and
 * the application decides about others, if it has an authorizer. If the authorizer
 * throws, fails, completes empty or returns {@code null}, all channels of the request are
 * refused.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PublishAuthorization {

	private static final String BEARER = "Bearer ";

	private final PublishKeys keys;

	private final @Nullable PublishAuthorizer authorizer;

	private final Duration timeout;

	private final Deadlines deadlines;

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(PublishAuthorization.class),
			System::nanoTime);

	private final Context lateErrors = LateErrors.passedTo(this::logFailure);

	/**
	 * Creates an authorization.
	 * @param keys the keys of publishers
	 * @param authorizer decides about those who present none, or {@code null} if they are
	 * refused
	 * @param timeout how long it may take to decide on all channels of one request
	 */
	public PublishAuthorization(PublishKeys keys, @Nullable PublishAuthorizer authorizer, Duration timeout) {
		this.keys = keys;
		this.authorizer = authorizer;
		this.timeout = timeout;
		this.deadlines = new Deadlines(timeout);
	}

	/**
	 * Whether anybody may publish.
	 * @return {@code false} if there is neither a key nor an authorizer
	 */
	public boolean permitsAnybody() {
		return !this.keys.isEmpty() || asksApplication();
	}

	/**
	 * Whether the application decides about those who present no key.
	 * @return {@code true} if it has an authorizer
	 */
	public boolean asksApplication() {
		return this.authorizer != null;
	}

	/**
	 * Whether a request presents a key.
	 * @param authorization the values of its header {@code Authorization}
	 * @param apiKey the values of its header {@code X-API-Key}
	 * @return {@code true} if one of the two is there once, and has a key
	 */
	public boolean hasKey(List<String> authorization, List<String> apiKey) {
		if (apiKey.size() == 1 && this.keys.contain(apiKey.get(0))) {
			return true;
		}
		String bearer = (authorization.size() == 1) ? authorization.get(0) : "";
		return bearer.regionMatches(true, 0, BEARER, 0, BEARER.length())
				&& this.keys.contain(bearer.substring(BEARER.length()).strip());
	}

	/**
	 * Asks the application about a request. Its authorizer gets the Reactor context of
	 * the subscriber.
	 * @param caller who asks
	 * @param channels the ids of all channels of the request, each once
	 * @param loop the event loop that owns the publisher's socket, which counts the time
	 * @return what is permitted, or {@link TimeoutException} if it could not be decided
	 * in time, or the error of the principal
	 */
	public Mono<Permission> permit(Caller caller, Collection<String> channels, EventLoop loop) {
		PublishAuthorizer authorizer = this.authorizer;
		if (authorizer == null) {
			return Mono.just(new Permission("", Set.of()));
		}
		return caller.principal()
			.<Optional<Principal>>map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.flatMap((principal) -> decide(authorizer, principal.orElse(null), caller, channels))
			.timeout(this.deadlines.on(loop))
			.doOnError(TimeoutException.class, (ex) -> logTimeout())
			.contextWrite(this.lateErrors);
	}

	private Mono<Permission> decide(PublishAuthorizer authorizer, @Nullable Principal principal, Caller caller,
			Collection<String> channels) {
		// A token may have no name.
		String name = (principal != null) ? Objects.requireNonNullElse(principal.getName(), "") : "";
		Mono<Set<String>> permitted;
		try {
			permitted = Objects.requireNonNull(authorizer.authorize(
					new PublishRequest(principal, List.copyOf(channels), caller.headers(), caller.attributes())));
		}
		// Also errors, because the publisher must get an answer.
		catch (Throwable ex) {
			permitted = Mono.error(ex);
		}
		return permitted.map((ids) -> new Permission(name, Set.copyOf(ids))).onErrorResume((ex) -> {
			logFailure(ex);
			return Mono.empty();
		}).defaultIfEmpty(new Permission(name, Set.of()));
	}

	private void logFailure(Throwable failure) {
		this.log.warn("The publish authorizer failed; publishing is refused", failure);
	}

	private void logTimeout() {
		this.log.warn(
				"The publish authorizer did not decide within %s (comet.authorization.timeout); the publisher may try again"
					.formatted(this.timeout),
				null);
	}

	/**
	 * What a publisher may do.
	 *
	 * @param publisher the name of the user, or an empty text if it is not known
	 * @param channels the ids of the channels on which it may publish
	 */
	public record Permission(String publisher, Set<String> channels) {

	}

}
