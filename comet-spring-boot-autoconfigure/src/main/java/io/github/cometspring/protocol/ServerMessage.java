package io.github.cometspring.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON object that the server sends: the answer to a poll, or the data of an event
 * (protocol, sections 3 and 4). Unknown members are ignored. Immutable.
 *
 * @param cursor the cursor after it
 * @param messages the messages in order
 * @param ended the ids of channels that have ended
 * @param gaps the ids of channels that have a gap
 * @param refused the ids of channels that are refused
 * @since 0.1.0
 * @see JsonCodec
 */
public record ServerMessage(Cursor cursor, List<Item> messages, List<String> ended, List<String> gaps,
		List<String> refused) {

	// The parser only finds the end of a value, so its length needs no limit here.
	private static final JsonFactory JSON = JsonFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder()
			.maxNumberLength(Integer.MAX_VALUE)
			.maxStringLength(Integer.MAX_VALUE)
			.maxNameLength(Integer.MAX_VALUE)
			.build())
		.build();

	/**
	 * Reads an answer to a poll.
	 * @param json the JSON, bounded by the caller
	 * @return the message
	 * @throws MalformedMessageException if it is not a JSON object, or a member is wrong
	 */
	public static ServerMessage decode(String json) {
		return read(json, (parser) -> {
			Cursor cursor = null;
			List<Item> messages = new ArrayList<>();
			List<String> ended = new ArrayList<>();
			List<String> gaps = new ArrayList<>();
			List<String> refused = new ArrayList<>();
			while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
				switch (parser.currentName()) {
					case "cursor" -> cursor = parseCursor(string(parser, parser.nextToken()));
					case "messages" -> {
						beginList(parser);
						while (parser.nextToken() != JsonToken.END_ARRAY) {
							Item item = item(parser, json);
							if (item.data() == null) {
								throw wrong("'data' is missing");
							}
							messages.add(item);
						}
					}
					case "ended" -> readIds(parser, ended);
					case "gaps" -> readIds(parser, gaps);
					case "refused" -> readIds(parser, refused);
					default -> skip(parser);
				}
			}
			if (cursor == null) {
				throw wrong("'cursor' is missing");
			}
			return new ServerMessage(cursor, List.copyOf(messages), List.copyOf(ended), List.copyOf(gaps),
					List.copyOf(refused));
		});
	}

	/**
	 * Reads the data of an event.
	 * @param json the JSON, bounded by the caller
	 * @return the channel, with the value if it is a message
	 * @throws MalformedMessageException if it is not a JSON object, or a member is wrong
	 */
	public static Item decodeItem(String json) {
		return read(json, (parser) -> item(parser, json));
	}

	/**
	 * Reads a cursor.
	 * @param token the token
	 * @return the cursor
	 * @throws MalformedMessageException if it is invalid
	 */
	public static Cursor parseCursor(String token) {
		try {
			return Cursor.parse(token);
		}
		catch (InvalidCursorException ex) {
			throw wrong("'cursor' must be a cursor");
		}
	}

	/**
	 * Reads a JSON string.
	 * @param json one JSON value
	 * @return the text, or {@code null} if the value is not a string
	 */
	public static @Nullable String decodeText(String json) {
		try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
			return (parser.nextToken() == JsonToken.VALUE_STRING) ? parser.getString() : null;
		}
		catch (JacksonException ex) {
			return null;
		}
	}

	/**
	 * Reads the detail of problem details (RFC 9457).
	 * @param json the problem, perhaps malformed
	 * @return the detail, or {@code null} if there is none
	 */
	public static @Nullable String decodeProblemDetail(String json) {
		try {
			return read(json, (parser) -> {
				String detail = null;
				while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
					if (parser.currentName().equals("detail")) {
						detail = string(parser, parser.nextToken());
					}
					else {
						skip(parser);
					}
				}
				return Optional.ofNullable(detail);
			}).orElse(null);
		}
		catch (MalformedMessageException ex) {
			return null;
		}
	}

	/**
	 * Reads which channels problem details refuse (protocol, section 8).
	 * @param json the problem, perhaps malformed
	 * @return the ids of the channels that are refused; empty if it names none
	 */
	public static List<String> decodeProblemRefused(String json) {
		try {
			return read(json, (parser) -> {
				List<String> refused = new ArrayList<>();
				while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
					if (parser.currentName().equals("refused")) {
						readIds(parser, refused);
					}
					else {
						skip(parser);
					}
				}
				return List.copyOf(refused);
			});
		}
		catch (MalformedMessageException ex) {
			return List.of();
		}
	}

	private static <T> T read(String json, Reader<T> reader) {
		try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
			if (parser.nextToken() != JsonToken.START_OBJECT) {
				throw notAnObject();
			}
			T value = reader.read(parser);
			if (parser.nextToken() != null) {
				throw notAnObject();
			}
			return value;
		}
		catch (JacksonException ex) {
			throw notAnObject();
		}
	}

	private static Item item(JsonParser parser, String json) {
		if (parser.currentToken() != JsonToken.START_OBJECT) {
			throw wrong("'messages' must be a list of objects");
		}
		String channel = null;
		String data = null;
		while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
			switch (parser.currentName()) {
				case "channel" -> channel = string(parser, parser.nextToken());
				case "data" -> data = value(parser, json);
				default -> skip(parser);
			}
		}
		if (channel == null) {
			throw wrong("'channel' is missing");
		}
		return new Item(channel, data);
	}

	/**
	 * Returns a value exactly as it is written.
	 */
	private static String value(JsonParser parser, String json) {
		parser.nextToken();
		long start = parser.currentTokenLocation().getCharOffset();
		parser.skipChildren();
		parser.finishToken();
		return json.substring((int) start, (int) parser.currentLocation().getCharOffset());
	}

	private static void readIds(JsonParser parser, List<String> ids) {
		beginList(parser);
		for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
			ids.add(string(parser, token));
		}
	}

	private static void beginList(JsonParser parser) {
		if (parser.nextToken() != JsonToken.START_ARRAY) {
			throw wrong("'messages', 'ended', 'gaps' and 'refused' must be lists");
		}
	}

	private static String string(JsonParser parser, @Nullable JsonToken token) {
		if (token != JsonToken.VALUE_STRING) {
			throw wrong("'cursor' and ids must be strings");
		}
		return parser.getString();
	}

	private static void skip(JsonParser parser) {
		parser.nextToken();
		parser.skipChildren();
	}

	private static MalformedMessageException wrong(String problem) {
		return new MalformedMessageException(true, problem);
	}

	private static MalformedMessageException notAnObject() {
		return new MalformedMessageException(false, "Not a JSON object");
	}

	/**
	 * A message, or the id of a channel alone.
	 *
	 * @param channel the id of the channel
	 * @param data the JSON value as it was sent, or {@code null} if there is none
	 */
	public record Item(String channel, @Nullable String data) {
	}

	private interface Reader<T> {

		T read(JsonParser parser);

	}

}
