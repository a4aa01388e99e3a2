package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.cometspring.channel.Cursor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What a client asks for.
 *
 * @param channels the ids, of whatever shape, in the client's order, and where to start
 * each
 * @param timeout how long a poll is to be held at the most, or {@code null} to leave it
 * to the server, which also caps it
 * @param principal the user who is logged in, or empty if nobody is; asked for only where
 * it is decided who may read what
 * @since 0.1.0
 */
public record SubscriptionRequest(Map<String, Cursor> channels, @Nullable Duration timeout,
		Mono<? extends Principal> principal) {

	/**
	 * Creates a request.
	 * @param channels the ids, and where to start each
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
			return new SubscriptionRequest(Map.of(channels.iterator().next(), cursor), timeout, principal);
		}
		Map<String, Cursor> starts = new LinkedHashMap<>();
		channels.forEach((channel) -> starts.put(channel, cursor));
		return new SubscriptionRequest(starts, timeout, principal);
	}

}
