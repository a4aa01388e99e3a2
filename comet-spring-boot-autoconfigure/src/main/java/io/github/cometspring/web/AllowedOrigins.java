package io.github.cometspring.web;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * The foreign origins whose pages may listen, and whether their requests may carry the
 * user's credentials.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class AllowedOrigins {

	/**
	 * Allows all origins.
	 */
	public static final String ALL = "*";

	private final List<String> origins;

	private final boolean credentials;

	private final Set<PageOrigin> parsed;

	/**
	 * Creates the set.
	 * @param origins the origins as browsers write them, or {@value #ALL}; none if empty
	 * @param credentials whether their pages may send cookies and log-in headers
	 * @throws IllegalArgumentException if all origins may send credentials
	 */
	public AllowedOrigins(List<String> origins, boolean credentials) {
		if (credentials && origins.contains(ALL)) {
			throw new IllegalArgumentException("Not all origins may send credentials: name them");
		}
		this.origins = List.copyOf(origins);
		this.credentials = credentials;
		this.parsed = this.origins.stream()
			.map(PageOrigin::parse)
			.filter(Objects::nonNull)
			.collect(Collectors.toUnmodifiableSet());
	}

	boolean isEmpty() {
		return this.origins.isEmpty();
	}

	boolean areAll() {
		return this.origins.contains(ALL);
	}

	boolean mayUseCredentials() {
		return this.credentials;
	}

	List<String> origins() {
		return this.origins;
	}

	/**
	 * Whether a request comes from one of them.
	 * @param request the request, whose {@code Origin} may be anything
	 * @return {@code false} also if it names several
	 */
	boolean admit(ServerHttpRequest request) {
		List<String> values = request.getHeaders().getOrEmpty(HttpHeaders.ORIGIN);
		return areAll() || (values.size() == 1 && contains(values.get(0)));
	}

	private boolean contains(String value) {
		PageOrigin origin = PageOrigin.parse(value);
		// An origin other than http and https is compared literally.
		return (origin != null) ? this.parsed.contains(origin) : this.origins.contains(value);
	}

}
