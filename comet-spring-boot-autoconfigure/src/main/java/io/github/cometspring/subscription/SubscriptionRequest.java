package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.cometspring.channel.Cursor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The request of a client.
 *
 * @param channels the ids, valid or not, in the client's order, and the cursor at which
 * to start each; without refused channels
 * @param refused the requested channels that are refused
 * @param timeout how long to hold a poll at most, or {@code null} for the server's
 * timeout, which is also the upper limit
 * @param caller who asks; looked at only if there is an {@link Authorization} or a limit
 * for each user
 * @since 0.1.0
 */
public record SubscriptionRequest(Map<String, Cursor> channels, Refusals refused, @Nullable Duration timeout,
		Caller caller) {

	/**
	 * Creates a request.
	 * @param channels the ids, and the cursor at which to start each
	 * @param refused the requested channels that are refused
	 * @param timeout how long to hold a poll at most
	 * @param caller who asks
	 */
	public SubscriptionRequest {
		channels = (channels.size() == 1) ? Map.copyOf(channels)
				: Collections.unmodifiableMap(new LinkedHashMap<>(channels));
	}

	/**
	 * Creates a request of a caller of whom only the user is known.
	 * @param channels the ids, and the cursor at which to start each
	 * @param refused the requested channels that are refused
	 * @param timeout how long to hold a poll at most
	 * @param principal the user who is logged in, or empty
	 */
	public SubscriptionRequest(Map<String, Cursor> channels, Refusals refused, @Nullable Duration timeout,
			Mono<? extends Principal> principal) {
		this(channels, refused, timeout, Caller.of(principal));
	}

	/**
	 * A request that starts all channels from one cursor.
	 * @param channels the ids
	 * @param cursor the cursor to start at
	 * @param timeout how long to hold a poll at most, or {@code null}
	 * @param caller who asks
	 * @return the request
	 */
	public static SubscriptionRequest of(Collection<String> channels, Cursor cursor, @Nullable Duration timeout,
			Caller caller) {
		if (channels.size() == 1) {
			return new SubscriptionRequest(Map.of(channels.iterator().next(), cursor), Refusals.NONE, timeout, caller);
		}
		Map<String, Cursor> starts = new LinkedHashMap<>();
		channels.forEach((channel) -> starts.put(channel, cursor));
		return new SubscriptionRequest(starts, Refusals.NONE, timeout, caller);
	}

	/**
	 * A request of a caller of whom only the user is known, which starts all channels
	 * from one cursor.
	 * @param channels the ids
	 * @param cursor the cursor to start at
	 * @param timeout how long to hold a poll at most, or {@code null}
	 * @param principal the user who is logged in, or empty
	 * @return the request
	 */
	public static SubscriptionRequest of(Collection<String> channels, Cursor cursor, @Nullable Duration timeout,
			Mono<? extends Principal> principal) {
		return of(channels, cursor, timeout, Caller.of(principal));
	}

	/**
	 * This request without some of its channels, which are refused.
	 */
	SubscriptionRequest refusing(Set<String> ids, Refusals.Reason reason) {
		if (ids.isEmpty()) {
			return this;
		}
		Map<String, Cursor> rest = new LinkedHashMap<>(this.channels);
		rest.keySet().removeAll(ids);
		List<String> inOrder = this.channels.keySet().stream().filter(ids::contains).toList();
		return new SubscriptionRequest(rest, this.refused.and(inOrder, reason), this.timeout, this.caller);
	}

	/**
	 * The cursor of the client.
	 * @return the cursor that all channels start at, or {@code null} if they start at
	 * different ones or at "now"
	 */
	@Nullable Cursor cursor() {
		List<Cursor> different = this.channels.values().stream().distinct().toList();
		return (different.size() == 1 && !different.get(0).equals(Cursor.LATEST)) ? different.get(0) : null;
	}

	/**
	 * The number of channels that the client has named.
	 */
	int size() {
		return this.channels.size() + this.refused.channels().size();
	}

}
