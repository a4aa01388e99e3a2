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
 * What a client asks for.
 *
 * @param channels the ids, of whatever shape, in the client's order, and where to start
 * each; none that is refused
 * @param refused the channels that it asks for, too, and does not get
 * @param timeout how long a poll is to be held at the most, or {@code null} to leave it
 * to the server, which also caps it
 * @param principal the user who is logged in, or empty if nobody is; asked for only where
 * it is decided who may read what
 * @since 0.1.0
 */
public record SubscriptionRequest(Map<String, Cursor> channels, Refusals refused, @Nullable Duration timeout,
		Mono<? extends Principal> principal) {

	/**
	 * Creates a request.
	 * @param channels the ids, and where to start each
	 * @param refused the channels that it does not get
	 * @param timeout how long a poll is to be held at the most
	 * @param principal the user who is logged in
	 */
	public SubscriptionRequest {
		channels = (channels.size() == 1) ? Map.copyOf(channels)
				: Collections.unmodifiableMap(new LinkedHashMap<>(channels));
	}

	/**
	 * A request that starts all channels from one cursor.
	 * @param channels the ids
	 * @param cursor where to start
	 * @param timeout how long a poll is to be held at the most, or {@code null}
	 * @param principal the user who is logged in, or empty
	 * @return the request
	 */
	public static SubscriptionRequest of(Collection<String> channels, Cursor cursor, @Nullable Duration timeout,
			Mono<? extends Principal> principal) {
		if (channels.size() == 1) {
			return new SubscriptionRequest(Map.of(channels.iterator().next(), cursor), Refusals.NONE, timeout,
					principal);
		}
		Map<String, Cursor> starts = new LinkedHashMap<>();
		channels.forEach((channel) -> starts.put(channel, cursor));
		return new SubscriptionRequest(starts, Refusals.NONE, timeout, principal);
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
		return new SubscriptionRequest(rest, this.refused.and(inOrder, reason), this.timeout, this.principal);
	}

	/**
	 * Where the client stands.
	 * @return the cursor that all channels start at, or {@code null} if they start at
	 * different ones or at "now"
	 */
	@Nullable Cursor cursor() {
		List<Cursor> different = this.channels.values().stream().distinct().toList();
		return (different.size() == 1 && !different.get(0).equals(Cursor.LATEST)) ? different.get(0) : null;
	}

	/**
	 * How many channels the client has named.
	 */
	int size() {
		return this.channels.size() + this.refused.channels().size();
	}

}
