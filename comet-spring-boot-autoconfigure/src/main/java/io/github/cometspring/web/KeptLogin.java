package io.github.cometspring.web;

import java.security.Principal;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Subscriptions;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.http.HttpHeaders;

/**
 * Who has polled, as the filters of the application found out. The next poll on the same
 * connection with the same headers is of the same user, as long as this is current.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class KeptLogin {

	private final Mono<Principal> principal;

	private final Map<String, Object> attributes;

	private final Context context;

	private final BooleanSupplier current;

	/**
	 * Creates a log-in.
	 * @param principal the user who is logged in, or {@code null} if no user is
	 * @param attributes the attributes of the request that authorizers may want to see
	 * @param context the Reactor context for authorizers
	 * @param current tells whether the filters of the application would still find out
	 * the same, as far as is known without asking them; does not block
	 */
	public KeptLogin(@Nullable Principal principal, Map<String, Object> attributes, Context context,
			BooleanSupplier current) {
		this.principal = Mono.justOrEmpty(principal);
		this.attributes = Map.copyOf(attributes);
		this.context = context;
		this.current = current;
	}

	/**
	 * Whether the filters need not be asked again: as far as is known without them, they
	 * would find out the same. Does not block.
	 * @return {@code false} if the next poll has to pass the filters
	 * @throws RuntimeException if the log-in cannot be read, which counts as
	 * {@code false}
	 */
	public boolean isCurrent() {
		return this.current.getAsBoolean();
	}

	/**
	 * The Reactor context for authorizers.
	 * @return the context, without the exchange
	 */
	public Context context() {
		return this.context;
	}

	/**
	 * Who asks with a later poll.
	 * @param headers the headers of that poll
	 * @param subscriptions whether it matters who asks
	 * @return the caller, unknown if it does not matter
	 */
	public Caller caller(HttpHeaders headers, Subscriptions subscriptions) {
		return Callers.of(this.principal, headers, this.attributes, subscriptions);
	}

}
