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

	private static final String ANONYMOUS = "anonymous";

	private static final String USER = "user:";

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
	 * Finds the key that a request presents.
	 * @param authorization the values of its header {@code Authorization}
	 * @param apiKey the values of its header {@code X-API-Key}
	 * @return the {@linkplain PublishKeys#find name} of the key, if one of the two is
	 * there once, and has one; or {@code null}
	 */
	public @Nullable String findKey(List<String> authorization, List<String> apiKey) {
		String name = (apiKey.size() == 1) ? this.keys.find(apiKey.get(0)) : null;
		if (name != null) {
			return name;
		}
		String bearer = (authorization.size() == 1) ? authorization.get(0) : "";
		return bearer.regionMatches(true, 0, BEARER, 0, BEARER.length())
				? this.keys.find(bearer.substring(BEARER.length()).strip()) : null;
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
			return Mono.just(new Permission(ANONYMOUS, Set.of()));
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
		String name = nameOf(principal);
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

	/**
	 * Distinguishes publishers from each other.
	 */
	private static String nameOf(@Nullable Principal principal) {
		if (principal == null || !Caller.isLoggedIn(principal)) {
			return ANONYMOUS;
		}
		// A token may have no name.
		return USER + Objects.requireNonNullElse(principal.getName(), "");
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
	 * @param publisher distinguishes a user from others, and from those who are not
	 * logged in, who are all the same
	 * @param channels the ids of the channels on which it may publish
	 */
	public record Permission(String publisher, Set<String> channels) {

	}

}
