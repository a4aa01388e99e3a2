package io.github.cometspring.autoconfigure;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
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

	/**
	 * The sessions that are kept, by the names of their classes: those of Spring and of
	 * Spring Session.
	 */
	private static final Set<String> SESSIONS = Set.of(
			"org.springframework.web.server.session.InMemoryWebSessionStore$InMemoryWebSession",
			"org.springframework.session.web.server.session.SpringSessionWebSessionStore$SpringSessionWebSession");

	private final Duration maxAge;

	private final LoginExpiry expiry;

	private final Function<ServerWebExchange, List<String>> sessionIds;

	private final LongSupplier nanoTime;

	private final Supplier<Instant> wallClock;

	/**
	 * Creates the memory of log-ins.
	 * @param maxAge how long a log-in is kept
	 * @param expiry tells when a token expires
	 * @param sessionIds the ids of sessions that a request names
	 */
	SecurityLogins(Duration maxAge, LoginExpiry expiry, Function<ServerWebExchange, List<String>> sessionIds) {
		this(maxAge, expiry, sessionIds, System::nanoTime, Instant::now);
	}

	SecurityLogins(Duration maxAge, LoginExpiry expiry, Function<ServerWebExchange, List<String>> sessionIds,
			LongSupplier nanoTime, Supplier<Instant> wallClock) {
		this.maxAge = maxAge;
		this.expiry = expiry;
		this.sessionIds = sessionIds;
		this.nanoTime = nanoTime;
		this.wallClock = wallClock;
	}

	@Override
	public Mono<KeptLogin> of(ServerWebExchange exchange) {
		// Before it waits for the session
		long now = this.nanoTime.getAsLong();
		List<String> ids = this.sessionIds.apply(exchange);
		if (ids.isEmpty()) {
			return keep(exchange, now, null);
		}
		return exchange.getSession()
			// Others may hold the exchange, or be read slowly.
			.filter((session) -> SESSIONS.contains(session.getClass().getName()) && ids.contains(session.getId()))
			.map(LoggedInSession::of)
			.flatMap((session) -> keep(exchange, now, session));
	}

	private Mono<KeptLogin> keep(ServerWebExchange exchange, long now, @Nullable LoggedInSession session) {
		Mono<Principal> principal = exchange.getPrincipal();
		return optional(ReactiveSecurityContextHolder.getContext()).zipWith(optional(principal), Login::of)
			.filter((login) -> login.isThatOf(session))
			.map((login) -> keep(exchange, now, session, login));
	}

	private static <T> Mono<Optional<T>> optional(Mono<? extends T> value) {
		return value.<Optional<T>>map(Optional::of).defaultIfEmpty(Optional.empty());
	}

	private KeptLogin keep(ServerWebExchange exchange, long now, @Nullable LoggedInSession session, Login login) {
		Map<String, Object> attributes = new HashMap<>(exchange.getAttributes());
		attributes.keySet().removeIf((name) -> OTHERS.stream().anyMatch(name::contains));
		return new KeptLogin(login.principal(), attributes, login.context(),
				new Current(now + age(session, login.principal()).toNanos(), this.nanoTime, session));
	}

	private Duration age(@Nullable LoggedInSession session, @Nullable Principal principal) {
		Duration age = this.maxAge;
		Instant end = (principal != null) ? this.expiry.of(principal) : null;
		if (end != null) {
			age = shorter(age, Duration.between(this.wallClock.get(), end));
		}
		Duration idle = (session != null) ? session.session().getMaxIdleTime() : Duration.ZERO;
		// A session whose time is not positive does not end by itself.
		return (idle.isNegative() || idle.isZero()) ? age : shorter(age, idle.dividedBy(PART_OF_SESSION));
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

	/**
	 * What Spring Security has found out.
	 *
	 * @param security the security context, or {@code null} if there is none
	 * @param principal the user, or {@code null} if nobody has logged in
	 */
	private record Login(@Nullable SecurityContext security, @Nullable Principal principal) {

		static Login of(Optional<SecurityContext> security, Optional<Principal> principal) {
			return new Login(security.orElse(null), principal.orElse(null));
		}

		/**
		 * Whether the user is that of the security context, and this is that of the
		 * session, if the request names one. What is kept elsewhere cannot be compared
		 * later.
		 */
		boolean isThatOf(@Nullable LoggedInSession session) {
			return (session == null || session.login() == this.security)
					&& this.principal == ((this.security != null) ? this.security.getAuthentication() : null);
		}

		Context context() {
			return (this.security != null) ? Context.of(SecurityContext.class, Mono.just(this.security))
					: Context.empty();
		}

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
