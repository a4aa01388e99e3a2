package io.github.cometspring.security;

import java.security.Principal;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A publisher asks to publish on channels over HTTP.
 *
 * @param principal the user who is logged in, or {@code null} if no user is
 * @param channels the ids of all channels of the request as the publisher named them,
 * valid or not, in its order, each once
 * @param headers the headers of the request, which can be looked up by names in any case
 * @param attributes the attributes of the request, in which filters of the application
 * may have left something
 * @since 0.1.0
 */
public record PublishRequest(@Nullable Principal principal, List<String> channels, Map<String, List<String>> headers,
		Map<String, Object> attributes) {

	/**
	 * Creates a request.
	 * @param principal the user who is logged in, or {@code null}
	 * @param channels the ids of all channels of the request
	 * @param headers the headers of the request, by names in any case
	 * @param attributes the attributes of the request
	 */
	public PublishRequest {
		channels = List.copyOf(channels);
		// Views, as most authorizers do not look at them
		headers = Collections.unmodifiableMap(headers);
		attributes = Collections.unmodifiableMap(attributes);
	}

	/**
	 * A request without headers and attributes, for tests of authorizers.
	 * @param principal the user who is logged in, or {@code null}
	 * @param channels the ids of the channels
	 * @return the request
	 */
	public static PublishRequest of(@Nullable Principal principal, Collection<String> channels) {
		return new PublishRequest(principal, List.copyOf(channels), Map.of(), Map.of());
	}

	/**
	 * Tells who asks for how many channels. The headers may hold secrets.
	 */
	@Override
	public String toString() {
		return "PublishRequest[principal=%s, channels=%d]"
			.formatted((this.principal != null) ? this.principal.getName() : null, this.channels.size());
	}

}
