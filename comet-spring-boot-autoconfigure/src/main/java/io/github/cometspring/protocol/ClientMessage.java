package io.github.cometspring.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a client sends as JSON: the body of a poll, or a WebSocket frame (protocol,
 * sections 3 and 5). Unknown members are ignored. Immutable.
 *
 * @param channels the ids of {@code channels}, each once
 * @param subscribe the ids of {@code subscribe}, each once
 * @param unsubscribe the ids of {@code unsubscribe}, each once
 * @param cursor the cursor, or {@code null} if there is none
 * @param from the cursors of {@code from}, by channel id; the other channels start at
 * {@code cursor}
 * @param misplaced the ids to which {@code from} gives an invalid cursor; a subscription
 * refuses only these (protocol, section 8)
 * @param timeout the timeout, or {@code null} if there is none
 * @param ping the number of a ping, or {@code null} if it is not a ping
 * @param grants the signed grants of {@code grants}, each once, not verified
 * @since 0.1.0
 */
public record ClientMessage(List<String> channels, List<String> subscribe, List<String> unsubscribe,
		@Nullable Cursor cursor, Map<String, Cursor> from, Set<String> misplaced, @Nullable Duration timeout,
		@Nullable Long ping, List<String> grants) {

	private static final JsonFactory JSON = new JsonFactory();

	/**
	 * Reads a message.
	 * @param bytes the JSON in UTF-8, bounded by the caller
	 * @return the message
	 * @throws MalformedMessageException if it is not a JSON object, or a member is wrong
	 */
	public static ClientMessage decode(byte[] bytes) {
		Reader reader = new Reader();
		try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text(bytes))) {
			if (json.nextToken() != JsonToken.START_OBJECT) {
				throw notAnObject();
			}
			while (json.nextToken() == JsonToken.PROPERTY_NAME) {
				reader.read(json);
			}
			if (json.nextToken() != null) {
				throw notAnObject();
			}
		}
		catch (JacksonException ex) {
			throw notAnObject();
		}
		return reader.finish();
	}

	/**
	 * Decodes UTF-8 strictly: the parser would guess the encoding and accept malformed
	 * input.
	 */
	private static String text(byte[] bytes) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException ex) {
			throw notAnObject();
		}
	}

	/**
	 * Returns the cursor from which a channel starts.
	 * @param channel the id of the channel
	 * @return its cursor in {@code from}, else {@code cursor}, else {@link Cursor#LATEST}
	 */
	public Cursor start(String channel) {
		return this.from.getOrDefault(channel, (this.cursor != null) ? this.cursor : Cursor.LATEST);
	}

	/**
	 * Writes the body of a poll.
	 * @param channels the ids
	 * @param cursor where to start
	 * @param timeout how long the server may hold it
	 * @param grants the signed grants to present, perhaps none
	 * @return the bytes in a new array
	 */
	public static byte[] encodePoll(Collection<String> channels, Cursor cursor, Duration timeout,
			Collection<String> grants) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
		try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
			json.writeStartObject();
			writeList(json, "channels", channels);
			json.writeStringProperty("cursor", cursor.token());
			json.writeStringProperty("timeout", timeout.toString());
			if (!grants.isEmpty()) {
				writeList(json, "grants", grants);
			}
			json.writeEndObject();
		}
		return bytes.toByteArray();
	}

	private static void writeList(JsonGenerator json, String name, Collection<String> values) {
		json.writeArrayPropertyStart(name);
		values.forEach(json::writeString);
		json.writeEndArray();
	}

	/**
	 * Tells the channels, without the grants, which are secrets.
	 */
	@Override
	public String toString() {
		return "ClientMessage[channels=%s, subscribe=%s, unsubscribe=%s, cursor=%s, from=%s, misplaced=%s, timeout=%s, ping=%s, grants=%d]"
			.formatted(this.channels, this.subscribe, this.unsubscribe, this.cursor, this.from, this.misplaced,
					this.timeout, this.ping, this.grants.size());
	}

	private static MalformedMessageException notAnObject() {
		return new MalformedMessageException(false, "Not a JSON object");
	}

	/**
	 * Collects the members. A wrong member is reported only when all input has been read:
	 * if the rest is not JSON, that is the error to report.
	 */
	private static final class Reader {

		private List<String> channels = List.of();

		private List<String> subscribe = List.of();

		private List<String> unsubscribe = List.of();

		private @Nullable Cursor cursor;

		private Map<String, Cursor> from = Map.of();

		private final Set<String> misplaced = new LinkedHashSet<>();

		private @Nullable Duration timeout;

		private @Nullable Long ping;

		private List<String> grants = List.of();

		private @Nullable String problem;

		private void read(JsonParser json) {
			String name = json.currentName();
			JsonToken token = json.nextToken();
			switch (name) {
				case "channels" -> this.channels = texts(json, name, "channel ids");
				case "subscribe" -> this.subscribe = texts(json, name, "channel ids");
				case "unsubscribe" -> this.unsubscribe = texts(json, name, "channel ids");
				case "cursor" -> this.cursor = cursor(json, token);
				case "from" -> this.from = from(json);
				case "timeout" -> this.timeout = timeout(json, token);
				case "ping" -> this.ping = ping(json, token);
				case "grants" -> this.grants = texts(json, name, "grants");
				default -> json.skipChildren();
			}
		}

		private List<String> texts(JsonParser json, String name, String content) {
			if (json.currentToken() != JsonToken.START_ARRAY) {
				note(json, "'" + name + "' must be a list of " + content);
				return List.of();
			}
			Set<String> texts = new LinkedHashSet<>();
			for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
				if (token == JsonToken.VALUE_STRING) {
					texts.add(json.getString());
				}
				else {
					note(json, "'" + name + "' must be a list of " + content);
				}
			}
			return List.copyOf(texts);
		}

		private @Nullable Cursor cursor(JsonParser json, JsonToken token) {
			try {
				if (token == JsonToken.VALUE_STRING) {
					return Cursor.parse(json.getString());
				}
			}
			catch (InvalidCursorException ex) {
				// reported below
			}
			note(json, "Invalid cursor");
			return null;
		}

		private Map<String, Cursor> from(JsonParser json) {
			Map<String, Cursor> starts = new LinkedHashMap<>();
			// If the member is repeated, the last one counts, as for all members.
			this.misplaced.clear();
			if (json.currentToken() != JsonToken.START_OBJECT) {
				note(json, "'from' must be an object of cursors with lists of channel ids");
				return starts;
			}
			while (json.nextToken() == JsonToken.PROPERTY_NAME) {
				String token = json.currentName();
				json.nextToken();
				List<String> ids = texts(json, "from", "channel ids");
				try {
					Cursor start = Cursor.parse(token);
					ids.forEach((id) -> starts.putIfAbsent(id, start));
				}
				catch (InvalidCursorException ex) {
					this.misplaced.addAll(ids);
				}
			}
			return starts;
		}

		private @Nullable Duration timeout(JsonParser json, JsonToken token) {
			try {
				if (token == JsonToken.VALUE_STRING) {
					Duration duration = Duration.parse(json.getString());
					if (!duration.isNegative()) {
						return duration;
					}
				}
			}
			catch (DateTimeException ex) {
				// reported below
			}
			note(json, "'timeout' must be a duration, such as PT10S");
			return null;
		}

		private @Nullable Long ping(JsonParser json, JsonToken token) {
			if (token == JsonToken.VALUE_NUMBER_INT && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
				return json.getLongValue();
			}
			note(json, "'ping' must be a whole number");
			return null;
		}

		private void note(JsonParser json, String problem) {
			json.skipChildren();
			this.problem = problem;
		}

		private ClientMessage finish() {
			if (this.problem != null) {
				throw new MalformedMessageException(true, this.problem);
			}
			return new ClientMessage(this.channels, this.subscribe, this.unsubscribe, this.cursor,
					Map.copyOf(this.from), Set.copyOf(this.misplaced), this.timeout, this.ping, this.grants);
		}

	}

}
