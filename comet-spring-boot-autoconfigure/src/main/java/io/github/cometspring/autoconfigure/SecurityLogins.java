package io.github.cometspring.autoconfigure;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.cometspring.subscription.LoginExpiry;
import io.github.cometspring.web.KeptLogin;
import io.github.cometspring.web.KeptLogins;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;

/**
 * Keeps the log-in that Spring Security has found out for a poll: until it is of the age
 * {@code comet.login-max-age}, the token expires, or the session ends, has another id or
 * another log-in. A session of which each request gets a copy, as from another process,
 * ends here at that age only.
 * <p>
 * Thread-safe.
 */
final class SecurityLogins implements KeptLogins {

	/**
	 * A session does not end for want of requests while its polls repeat each other: some
	 * pass the filters in this part of its time.
	 */
	private static final int PART_OF_SESSION = 4;

	/**
	 * What the names of attributes contain that are not the application's. Some of them
	 * refer to the exchange.
	 */
	private static final List<String> OTHERS = List.of("org.springframework.", "io.github.cometspring.");

	private final Duration maxAge;

	private final LoginExpiry expiry;

	private final Predicate<ServerWebExchange> presentsSession;

	private final LongSupplier nanoTime;

	private final Supplier<Instant> wallClock;

	/**
	 * Creates the memory of log-ins.
	 * @param maxAge how long a log-in is kept
	 * @param expiry tells when a token expires
	 * @param presentsSession whether a request names a session
	 */
	SecurityLogins(Duration maxAge, LoginExpiry expiry, Predicate<ServerWebExchange> presentsSession) {
		this(maxAge, expiry, presentsSession, System::nanoTime, Instant::now);
	}

	SecurityLogins(Duration maxAge, LoginExpiry expiry, Predicate<ServerWebExchange> presentsSession,
			LongSupplier nanoTime, Supplier<Instant> wallClock) {
		this.maxAge = maxAge;
		this.expiry = expiry;
		this.presentsSession = presentsSession;
		this.nanoTime = nanoTime;
		this.wallClock = wallClock;
	}

	@Override
	public Mono<KeptLogin> of(ServerWebExchange exchange) {
		// Here, so that the answers of others do not make it younger.
		long now = this.nanoTime.getAsLong();
		Mono<Principal> principal = exchange.getPrincipal();
		return optional(ReactiveSecurityContextHolder.getContext())
			.zipWhen((context) -> optional(this.presentsSession.test(exchange) ? exchange.getSession() : Mono.empty()))
			.zipWith(optional(principal), (both, user) -> keep(exchange, now, both.getT1(), both.getT2(), user));
	}

	private static <T> Mono<Optional<T>> optional(Mono<? extends T> value) {
		return value.<Optional<T>>map(Optional::of).defaultIfEmpty(Optional.empty());
	}

	private KeptLogin keep(ServerWebExchange exchange, long now, Optional<SecurityContext> security,
			Optional<WebSession> session, Optional<Principal> principal) {
		Map<String, Object> attributes = new HashMap<>(exchange.getAttributes());
		attributes.keySet().removeIf((name) -> OTHERS.stream().anyMatch(name::contains));
		Context context = security.map((known) -> Context.of(SecurityContext.class, Mono.just(known)))
			.orElse(Context.empty());
		return new KeptLogin(principal.orElse(null), attributes, context, new Current(
				now + age(session, principal).toNanos(), this.nanoTime, session.map(LoggedInSession::of).orElse(null)));
	}

	private Duration age(Optional<WebSession> session, Optional<Principal> principal) {
		Duration age = this.maxAge;
		Instant end = principal.map(this.expiry::of).orElse(null);
		if (end != null) {
			age = shorter(age, Duration.between(this.wallClock.get(), end));
		}
		Duration idle = session.map(WebSession::getMaxIdleTime).orElse(Duration.ZERO);
		// A session whose time is not positive does not end by itself.
		return (idle.isNegative() || idle.isZero()) ? age : shorter(age, idle.dividedBy(PART_OF_SESSION));
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

	/**
	 * Whether a log-in still holds.
	 *
	 * @param end when it is too old, by the clock
	 * @param nanoTime the clock
	 * @param session the session, or {@code null} if the request named none
	 */
	private record Current(long end, LongSupplier nanoTime,
			@Nullable LoggedInSession session) implements BooleanSupplier {

		@Override
		public boolean getAsBoolean() {
			return this.end - this.nanoTime.getAsLong() > 0 && (this.session == null || this.session.isUnchanged());
		}

	}

	/**
	 * A session with its log-in.
	 *
	 * @param session the session
	 * @param id its id
	 * @param login what Spring Security keeps in it
	 */
	private record LoggedInSession(WebSession session, String id, @Nullable Object login) {

		static LoggedInSession of(WebSession session) {
			return new LoggedInSession(session, session.getId(), login(session));
		}

		private static @Nullable Object login(WebSession session) {
			return session
				.getAttribute(WebSessionServerSecurityContextRepository.DEFAULT_SPRING_SECURITY_CONTEXT_ATTR_NAME);
		}

		boolean isUnchanged() {
			return !this.session.isExpired() && this.session.getId().equals(this.id)
					&& login(this.session) == this.login;
		}

	}

}
