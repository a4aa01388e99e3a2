package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.SubscriptionRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;

/**
 * What a request for an event stream names: channels in its address, and the place to
 * start them in a header or in the address (protocol, section 4).
 */
final class EventStreamQuery {

	private final ServerHttpRequest request;

	private final Map<String, Cursor> starts = new LinkedHashMap<>();

	private final Set<String> misplaced = new LinkedHashSet<>();

	private EventStreamQuery(ServerHttpRequest request) {
		this.request = request;
	}

	/**
	 * Reads a request.
	 * @param exchange the exchange
	 * @return what the client asks for
	 * @throws RefusedRequestException if it names no channels, or no place for all of
	 * them
	 */
	static SubscriptionRequest read(ServerWebExchange exchange) {
		EventStreamQuery query = new EventStreamQuery(exchange.getRequest());
		query.read();
		return new SubscriptionRequest(query.starts, Refusals.NONE.and(query.misplaced, Refusals.Reason.CURSOR), null,
				exchange.getPrincipal());
	}

	/**
	 * Whether the client says where an earlier stream was when it ended, as browsers and
	 * polyfills do by themselves.
	 */
	static boolean comesBack(ServerHttpRequest request) {
		return !new EventStreamQuery(request).lastEventIds().isEmpty();
	}

	private List<String> lastEventIds() {
		List<String> header = named(this.request.getHeaders().getOrEmpty("Last-Event-ID"));
		return !header.isEmpty() ? header : parameters("lastEventId");
	}

	private void read() {
		List<String> channels = parameters("channel");
		if (channels.isEmpty()) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "No channels");
		}
		// They were written after all the rest of the address.
		List<String> newest = lastEventIds();
		List<String> tokens = !newest.isEmpty() ? newest : parameters("cursor");
		Cursor cursor = Cursor.LATEST;
		if (!tokens.isEmpty()) {
			// Which of several is meant, nobody can know.
			cursor = (tokens.size() == 1) ? parse(tokens.get(0)) : null;
			if (cursor == null) {
				throw invalidCursor();
			}
		}
		for (String channel : channels) {
			this.starts.put(channel, cursor);
		}
		if (newest.isEmpty()) {
			parameters("from").forEach(this::readFrom);
		}
	}

	private void readFrom(String from) {
		int colon = from.indexOf(':');
		if (colon < 0) {
			throw invalidCursor();
		}
		Cursor cursor = parse(from.substring(0, colon));
		for (String channel : from.substring(colon + 1).split(",")) {
			if (cursor != null) {
				this.starts.replace(channel, cursor);
			}
			// It concerns these channels alone (protocol, section 8).
			else if (this.starts.remove(channel) != null) {
				this.misplaced.add(channel);
			}
		}
	}

	private List<String> parameters(String name) {
		return named(this.request.getQueryParams().getOrDefault(name, List.of()));
	}

	/**
	 * An empty value is none, and a parameter without a value is {@code null}.
	 */
	private static List<String> named(List<String> values) {
		List<String> named = new ArrayList<>(values);
		named.removeIf((value) -> Objects.requireNonNullElse(value, "").isEmpty());
		return named;
	}

	private static @Nullable Cursor parse(String token) {
		try {
			return Cursor.parse(token);
		}
		catch (InvalidCursorException ex) {
			return null;
		}
	}

	private static RefusedRequestException invalidCursor() {
		return new RefusedRequestException(HttpStatus.BAD_REQUEST, "Invalid cursor");
	}

}
