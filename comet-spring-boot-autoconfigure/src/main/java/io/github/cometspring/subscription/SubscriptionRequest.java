package io.github.cometspring.subscription;

import java.security.Principal;
import java.util.List;

import io.github.cometspring.channel.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for.
 *
 * @param channels the ids, of whatever shape, each once, in the client's order
 * @param cursor where to start
 * @param principal the user who is logged in, or {@code null} if nobody is
 * @since 0.1.0
 */
public record SubscriptionRequest(List<String> channels, Cursor cursor, @Nullable Principal principal) {

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
