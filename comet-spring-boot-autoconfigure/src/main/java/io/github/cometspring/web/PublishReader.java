package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

import io.github.cometspring.protocol.MalformedMessageException;
import io.github.cometspring.protocol.PublishCodec;
import io.github.cometspring.protocol.PublishEntry;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * Reads the requests of publishers (protocol, section 11). Handles every input: what
 * cannot be accepted is a {@link RefusedRequestException}.
 * <p>
 * Thread-safe.
 *
 * @param limits what publishers may do
 */
record PublishReader(PublishLimits limits) {

	/**
	 * The media types of requests that name no channel in their query.
	 */
	static final List<String> MEDIA_TYPES = List.of(MediaType.APPLICATION_JSON_VALUE,
			MediaType.APPLICATION_NDJSON_VALUE);

	private static final int MAX_KEY_LENGTH = 255;

	/**
	 * Reads the messages.
	 * @param query the query as it came over the wire, or {@code null} if there is none
	 * @param headers the values of a header of the request by its name, perhaps none
	 * @param body the body
	 * @return the messages, at least one
	 */
	List<PublishEntry> entries(@Nullable String query, Function<String, List<String>> headers, byte[] body) {
		List<PublishEntry> entries;
		try {
			entries = read(query, headers, body);
		}
		catch (MalformedMessageException ex) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
		}
		if (entries.size() > this.limits.maxMessages()) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST,
					"Too many messages: at most %d".formatted(this.limits.maxMessages()));
		}
		return entries;
	}

	private List<PublishEntry> read(@Nullable String query, Function<String, List<String>> headers, byte[] body) {
		List<String> channels = PublishQuery.channels(query, this.limits.maxMessages());
		if (!channels.isEmpty()) {
			String text = PublishCodec.text(body);
			if (channels.size() == 1) {
				return List.of(new PublishEntry(channels.get(0), text, null));
			}
			List<PublishEntry> entries = new ArrayList<>(channels.size());
			channels.forEach((channel) -> entries.add(new PublishEntry(channel, text, null)));
			return entries;
		}
		List<String> types = headers.apply(HttpHeaders.CONTENT_TYPE);
		String type = (types.size() == 1) ? types.get(0).split(";", 2)[0].strip().toLowerCase(Locale.ROOT) : "";
		return switch (type) {
			case MediaType.APPLICATION_JSON_VALUE -> PublishCodec.decode(body, this.limits.maxMessages());
			case MediaType.APPLICATION_NDJSON_VALUE -> PublishCodec.decodeLines(body, this.limits.maxMessages());
			default -> throw new RefusedRequestException(HttpStatus.UNSUPPORTED_MEDIA_TYPE,
					"Name a channel in the query, or use " + String.join(" or ", MEDIA_TYPES));
		};
	}

	/**
	 * The channels of messages.
	 * @param entries the messages
	 * @return the ids, valid or not, each once
	 */
	Set<String> channels(List<PublishEntry> entries) {
		if (entries.size() == 1) {
			return Set.of(entries.get(0).channel());
		}
		Set<String> channels = new LinkedHashSet<>();
		entries.forEach((entry) -> channels.add(entry.channel()));
		if (channels.size() > this.limits.maxChannels()) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST,
					"Too many channels: at most %d".formatted(this.limits.maxChannels()));
		}
		return channels;
	}

	/**
	 * The key against double publication.
	 * @param headers the values of a header of the request by its name, perhaps none
	 * @return the key, or {@code null} if there is none
	 */
	@Nullable String key(Function<String, List<String>> headers) {
		List<String> keys = headers.apply(CometHeaders.IDEMPOTENCY_KEY);
		if (keys.isEmpty()) {
			return null;
		}
		String key = keys.get(0);
		boolean usable = !key.isEmpty() && key.length() <= MAX_KEY_LENGTH
				&& key.chars().allMatch((c) -> c >= ' ' && c <= '~');
		if (keys.size() > 1 || !usable) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "%s must be one text of 1 to %d ASCII characters"
				.formatted(CometHeaders.IDEMPOTENCY_KEY, MAX_KEY_LENGTH));
		}
		return key;
	}

}
