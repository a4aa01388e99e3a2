package io.github.cometspring.subscription;

import java.security.Principal;
import java.util.List;
import java.util.Map;

import reactor.core.publisher.Mono;

/**
 * What the request of a client says about who asks. It is read only if there is an
 * {@link Authorization}, or, the user alone, if the connections of each user are limited.
 *
 * @param principal the user who is logged in, or empty if no user is
 * @param headers the headers of the request, which can be looked up by names in any case
 * @param attributes the attributes of the request
 * @param grants the signed grants that the client presented, not verified yet
 * @since 0.1.0
 */
public record Caller(Mono<? extends Principal> principal, Map<String, List<String>> headers,
		Map<String, Object> attributes, List<String> grants) {

	// A name, as Spring Security is optional
	private static final String ANONYMOUS = "org.springframework.security.authentication.AnonymousAuthenticationToken";

	/**
	 * Nothing is known about who asks.
	 */
	public static final Caller UNKNOWN = of(Mono.empty());

	/**
	 * Whether a principal is a user who is logged in. Spring Security has one for those
	 * who are not, and all of them have the same name.
	 * @param principal the principal of a request
	 * @return {@code false} for Spring Security's anonymous user
	 */
	public static boolean isLoggedIn(Principal principal) {
		return !principal.getClass().getName().equals(ANONYMOUS);
	}

	/**
	 * A caller of whom only the user is known.
	 * @param principal the user who is logged in, or empty
	 * @return the caller
	 */
	public static Caller of(Mono<? extends Principal> principal) {
		return new Caller(principal, Map.of(), Map.of(), List.of());
	}

	/**
	 * This caller with signed grants.
	 * @param grants the grants that the client presented
	 * @return the caller
	 */
	public Caller withGrants(List<String> grants) {
		return new Caller(this.principal, this.headers, this.attributes, List.copyOf(grants));
	}

	/**
	 * Tells nothing, because the headers and the grants may hold secrets.
	 */
	@Override
	public String toString() {
		return "Caller";
	}

}
