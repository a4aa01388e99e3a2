package io.github.cometspring.security;

import java.security.Principal;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A client asks to read channels.
 *
 * @param principal the user who is logged in, or {@code null} if no user is
 * @param channels the ids of all channels of the subscription as the client named them,
 * valid or not, in the client's order, each once
 * @param headers the headers of the request, which can be looked up by names in any case;
 * on a WebSocket those of the handshake
 * @param attributes the attributes of the request, in which filters of the application
 * may have left something; on a WebSocket those of the handshake
 * @param grants the signed grants that the client presented, not verified yet
 * @param expiry when the log-in of the user ends, as the token says that the user logged
 * in with; or {@code null} if there is no such token or it does not expire
 * @since 0.1.0
 */
public record ReadRequest(@Nullable Principal principal, List<String> channels, Map<String, List<String>> headers,
		Map<String, Object> attributes, List<String> grants, @Nullable Instant expiry) {

	/**
	 * Creates a request.
	 * @param principal the user who is logged in, or {@code null}
	 * @param channels the ids of all channels of the subscription
	 * @param headers the headers of the request, by names in any case
	 * @param attributes the attributes of the request
	 * @param grants the signed grants that the client presented
	 * @param expiry when the log-in of the user ends, or {@code null}
	 */
	public ReadRequest {
		channels = List.copyOf(channels);
		// Views, as most authorizers do not look at them
		headers = Collections.unmodifiableMap(headers);
		attributes = Collections.unmodifiableMap(attributes);
		grants = List.copyOf(grants);
	}

	/**
	 * A request without headers, attributes, grants and expiry, for tests of authorizers.
	 * @param principal the user who is logged in, or {@code null}
	 * @param channels the ids of the channels
	 * @return the request
	 */
	public static ReadRequest of(@Nullable Principal principal, Collection<String> channels) {
		return new ReadRequest(principal, List.copyOf(channels), Map.of(), Map.of(), List.of(), null);
	}

	/**
	 * Tells who asks for how many channels. The headers and the grants may hold secrets.
	 */
	@Override
	public String toString() {
		return "ReadRequest[principal=%s, channels=%d]"
			.formatted((this.principal != null) ? this.principal.getName() : null, this.channels.size());
	}

}
