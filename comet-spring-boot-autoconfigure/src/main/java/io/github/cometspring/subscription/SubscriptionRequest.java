package io.github.cometspring.subscription;

import java.security.Principal;
import java.util.List;

import io.github.cometspring.channel.Cursor;
import reactor.core.publisher.Mono;

/**
 * What a client asks for.
 *
 * @param channels the ids, of whatever shape, each once, in the client's order
 * @param cursor where to start
 * @param principal the user who is logged in, or empty if nobody is; asked for only where
 * it is decided who may read what
 * @since 0.1.0
 */
public record SubscriptionRequest(List<String> channels, Cursor cursor, Mono<? extends Principal> principal) {

	/**
	 * Creates a request.
	 * @param channels the ids
	 * @param cursor where to start
	 * @param principal the user who is logged in
	 */
	public SubscriptionRequest {
		channels = List.copyOf(channels);
	}

}
