package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.GrantToken;
import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.channel.RateLimitedLog;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.ReadDecision;
import io.github.cometspring.security.ReadDecisions;
import io.github.cometspring.security.ReadRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.Loggers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Asks the application which channels a client may read, and until when. If the
 * authorizer throws, fails, completes empty or returns {@code null}, the channel is
 * refused.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Authorization {

	/**
	 * Rights that last longer do not end by themselves: deadlines are counted in
	 * nanoseconds of 64 bits.
	 */
	static final Duration LONGEST = Duration.ofDays(365);

	/**
	 * Permits all channels at once.
	 */
	private static final ChannelAuthorizer EVERYBODY = new ChannelAuthorizer() {

		@Override
		public Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
			return Mono.just(true);
		}

		@Override
		public Mono<ReadDecisions> authorize(ReadRequest request) {
			return Mono.just(ReadDecisions.permitAll(request));
		}

	};

	private final ChannelAuthorizer authorizer;

	private final Duration timeout;

	private final @Nullable Duration maxAge;

	private final LoginExpiry logins;

	private final Supplier<Instant> wallClock;

	// The logger that the other checks of a request use
	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(Admission.class), System::nanoTime);

	/**
	 * Logs errors that arrive when the client no longer waits, and errors that refuse
	 * single channels. Without this, Reactor would log each with its stack trace.
	 */
	private final Context lateErrors = LateErrors.passedTo(this::logFailure);

	/**
	 * Creates an authorization that asks once.
	 * @param authorizer decides who may read which channel
	 * @param timeout how long it may take to decide on all channels of one request. After
	 * that, the request is refused and the client may try again
	 */
	public Authorization(ChannelAuthorizer authorizer, Duration timeout) {
		this(authorizer, timeout, null, LoginExpiry.NEVER);
	}

	/**
	 * Creates an authorization.
	 * @param authorizer decides who may read which channel
	 * @param timeout how long it may take to decide on all channels of one request. After
	 * that, the request is refused and the client may try again
	 * @param maxAge how old a decision for an event stream or a WebSocket may become
	 * before the authorizer is asked again, or {@code null} if it is asked once
	 * @param logins tells when the log-ins of users end
	 */
	public Authorization(ChannelAuthorizer authorizer, Duration timeout, @Nullable Duration maxAge,
			LoginExpiry logins) {
		this(authorizer, timeout, maxAge, logins, Instant::now);
	}

	Authorization(ChannelAuthorizer authorizer, Duration timeout, @Nullable Duration maxAge, LoginExpiry logins,
			Supplier<Instant> wallClock) {
		this.authorizer = authorizer;
		this.timeout = timeout;
		this.maxAge = maxAge;
		this.logins = logins;
		this.wallClock = wallClock;
	}

	/**
	 * Creates an authorization for applications without an authorizer, where knowing an
	 * id is the permission to read, as long as the log-in of the user lasts.
	 * @param timeout how long it may take to find out the user
	 * @param logins tells when the log-ins of users end
	 * @return the authorization
	 */
	public static Authorization ofLogins(Duration timeout, LoginExpiry logins) {
		return new Authorization(EVERYBODY, timeout, null, logins);
	}

	/**
	 * Whether an authorizer looks at the request, and not just at the user.
	 */
	boolean readsRequests() {
		return this.authorizer != EVERYBODY;
	}

	Duration timeout() {
		return this.timeout;
	}

	/**
	 * Asks the authorizer for all channels of a request, whether they exist or not. The
	 * authorizer gets the Reactor context of the subscriber.
	 * @param request the request of the client
	 * @param client the client, whose user is known from then on
	 * @return the rights, with the same request, in which the forbidden channels are
	 * refused; or the error of the principal
	 */
	Mono<ReadRights> permit(SubscriptionRequest request, ConnectedClient client) {
		return Mono.deferContextual((context) -> {
			int ordersBefore = client.users().orders();
			return request.caller()
				.principal()
				.<Optional<Principal>>map(Optional::of)
				.defaultIfEmpty(Optional.empty())
				.flatMap((principal) -> decide(principal.orElse(null), request, client))
				.map((decisions) -> rights(request, decisions, client, ordersBefore, context));
		}).contextWrite(this.lateErrors);
	}

	private Mono<ReadDecisions> decide(@Nullable Principal principal, SubscriptionRequest request,
			ConnectedClient client) {
		// A token may have no name, and nobody can name its user in an order then.
		String name = (principal != null) ? principal.getName() : null;
		if (name != null) {
			client.identify(name);
		}
		if (request.channels().isEmpty()) {
			return Mono.just(ReadDecisions.refuseAll());
		}
		Caller caller = request.caller();
		Mono<ReadDecisions> decisions;
		try {
			Instant expiry = (principal != null) ? this.logins.of(principal) : null;
			decisions = Objects.requireNonNull(this.authorizer
				.authorize(new ReadRequest(principal, List.copyOf(request.channels().keySet()), caller.headers(),
						caller.attributes(), first(client.maxChannels(), caller.grants()), expiry)));
		}
		// Also errors, because the client must get an answer.
		catch (Throwable ex) {
			return refuse(ex);
		}
		return decisions.onErrorResume(this::refuse).defaultIfEmpty(ReadDecisions.refuseAll());
	}

	/**
	 * The grants that are looked at: no more than a request may name channels.
	 */
	private static List<String> first(int number, List<String> grants) {
		return (grants.size() > number) ? grants.subList(0, number) : grants;
	}

	private Mono<ReadDecisions> refuse(Throwable failure) {
		logFailure(failure);
		return Mono.just(ReadDecisions.refuseAll());
	}

	private ReadRights rights(SubscriptionRequest request, ReadDecisions decisions, ConnectedClient client,
			int ordersBefore, ContextView context) {
		Set<String> forbidden = new HashSet<>();
		Instant until = null;
		for (String channel : request.channels().keySet()) {
			ReadDecision decision = decisions.on(channel);
			if (!decision.permitted()) {
				forbidden.add(channel);
			}
			else if (until == null || (decision.until() != null && decision.until().isBefore(until))) {
				until = decision.until();
			}
		}
		// A poll is decided upon once, and must not keep its request while it waits.
		ReadRights.Asking asking = (this.maxAge != null && !client.isPolling()
				&& forbidden.size() < request.channels().size())
						? new ReadRights.Asking(this, without(request, forbidden), Context.of(context), this.maxAge)
						: null;
		// The wall clock is read once. From then on, the clock of the loop counts.
		return new ReadRights(client, request.refusing(forbidden, Refusals.Reason.FORBIDDEN),
				(until != null) ? Duration.between(this.wallClock.get(), until) : null, ordersBefore, asking);
	}

	/**
	 * A request without some channels and the grants for them: what is decided of these
	 * later does not concern the client, who does not read them.
	 */
	private static SubscriptionRequest without(SubscriptionRequest request, Set<String> channels) {
		if (channels.isEmpty()) {
			return request;
		}
		Map<String, Cursor> others = new LinkedHashMap<>(request.channels());
		others.keySet().removeAll(channels);
		List<String> grants = request.caller().grants().stream().filter((text) -> {
			GrantToken grant = GrantToken.parse(text);
			return grant == null || !channels.contains(grant.channel());
		}).toList();
		return new SubscriptionRequest(others, request.refused(), request.timeout(),
				request.caller().withGrants(grants));
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
