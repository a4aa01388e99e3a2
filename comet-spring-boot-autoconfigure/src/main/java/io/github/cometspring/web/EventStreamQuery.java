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
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.SubscriptionRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Reads a request for an event stream: the channels from its query, and the positions to
 * start them from a header or from the query (protocol, section 4).
 */
final class EventStreamQuery {

	private static final String LAST_EVENT_ID = "Last-Event-ID";

	private final Map<String, List<String>> parameters;

	/**
	 * The values of the header.
	 */
	private final List<String> resumed;

	private final Map<String, Cursor> starts = new LinkedHashMap<>();

	private final Set<String> misplaced = new LinkedHashSet<>();

	/**
	 * Creates a reader of one request.
	 * @param parameters the values in the query by their name, decoded
	 * @param resumed the values of the header {@value #LAST_EVENT_ID}
	 */
	EventStreamQuery(Map<String, List<String>> parameters, List<String> resumed) {
		this.parameters = parameters;
		this.resumed = resumed;
	}

	static EventStreamQuery of(ServerHttpRequest request) {
		return new EventStreamQuery(request.getQueryParams(), request.getHeaders().getOrEmpty(LAST_EVENT_ID));
	}

	/**
	 * Reads the request. To be called once.
	 * @param caller who asks
	 * @return what the client asks for
	 * @throws RefusedRequestException if it names no channels, or has an invalid cursor
	 * for all of them
	 */
	SubscriptionRequest read(Caller caller) {
		read();
		return new SubscriptionRequest(this.starts, Refusals.NONE.and(this.misplaced, Refusals.Reason.CURSOR), null,
				Callers.presenting(caller, parameters("grant")));
	}

	/**
	 * The encoder for the form of events that the client asks for.
	 * @return the encoder
	 * @throws RefusedRequestException if there is no such form
	 */
	EventStreamEncoder encoder() {
		List<String> formats = parameters("format");
		if (formats.isEmpty()) {
			return EventStreamEncoder.JSON;
		}
		if (!formats.equals(List.of("plain"))) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "Unknown format");
		}
		List<String> types = parameters("event");
		if (types.isEmpty()) {
			return EventStreamEncoder.PLAIN;
		}
		if (!types.equals(List.of("message"))) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "Unknown type of events");
		}
		return EventStreamEncoder.PLAIN_UNTYPED;
	}

	/**
	 * Whether the client resumes an earlier stream by its last event id, as browsers and
	 * polyfills do by themselves.
	 */
	boolean isReconnect() {
		return !lastEventIds().isEmpty();
	}

	private List<String> lastEventIds() {
		List<String> header = nonEmpty(this.resumed);
		return !header.isEmpty() ? header : parameters("lastEventId");
	}

	private void read() {
		List<String> channels = parameters("channel");
		if (channels.isEmpty()) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "No channels");
		}
		// An event id is newer than a cursor in the query.
		List<String> newest = lastEventIds();
		List<String> tokens = !newest.isEmpty() ? newest : parameters("cursor");
		Cursor cursor = Cursor.LATEST;
		if (!tokens.isEmpty()) {
			// Several cursors are ambiguous.
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
			// An invalid cursor refuses these channels alone (protocol, section 8).
			else if (this.starts.remove(channel) != null) {
				this.misplaced.add(channel);
			}
		}
	}

	private List<String> parameters(String name) {
		return nonEmpty(this.parameters.getOrDefault(name, List.of()));
	}

	/**
	 * Removes values that are empty or, without an equals sign, {@code null}.
	 */
	private static List<String> nonEmpty(List<String> values) {
		List<String> nonEmpty = new ArrayList<>(values);
		nonEmpty.removeIf((value) -> Objects.requireNonNullElse(value, "").isEmpty());
		return nonEmpty;
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
