package io.github.cometspring.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads what publishers send over HTTP, and writes what they get (protocol, section 11).
 * Stateless and thread-safe.
 *
 * @since 0.1.0
 */
public final class PublishCodec {

	private static final JsonFactory JSON = new JsonFactory();

	private static final int RESULT_SIZE = 128;

	private static final char REPLACEMENT = '\uFFFD';

	private PublishCodec() {
	}

	/**
	 * Reads a message that is sent alone.
	 * @param bytes the text in UTF-8
	 * @return the text
	 * @throws MalformedMessageException if it is not UTF-8
	 */
	public static String text(byte[] bytes) {
		String text = new String(bytes, StandardCharsets.UTF_8);
		// Malformed bytes are replaced by this, which may as well be sent.
		return (text.indexOf(REPLACEMENT) < 0) ? text : strictText(bytes);
	}

	private static String strictText(byte[] bytes) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException ex) {
			throw new MalformedMessageException(false, "Not UTF-8");
		}
	}

	/**
	 * Reads messages as JSON: an object that is a message, or has {@code messages}. A
	 * message with several {@code channels} is one for each.
	 * @param bytes the JSON in UTF-8, bounded by the caller
	 * @param most how many messages are read: one more is enough to refuse them
	 * @return the messages, at least one and at most {@code most} and one more
	 * @throws MalformedMessageException if it is anything else
	 */
	public static List<PublishEntry> decode(byte[] bytes, int most) {
		return decode(bytes, most, false);
	}

	/**
	 * Reads messages as JSON, one object after the other, as in NDJSON.
	 * @param bytes the JSON in UTF-8, bounded by the caller
	 * @param most how many messages are read: one more is enough to refuse them
	 * @return the messages, at least one and at most {@code most} and one more
	 * @throws MalformedMessageException if it is anything else
	 */
	public static List<PublishEntry> decodeLines(byte[] bytes, int most) {
		return decode(bytes, most, true);
	}

	private static List<PublishEntry> decode(byte[] bytes, int most, boolean lines) {
		String text = text(bytes);
		Reader reader = new Reader(text, most);
		try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
			JsonToken token = json.nextToken();
			for (boolean first = true; token != null && (first || lines) && !reader.isFull(); first = false) {
				if (token != JsonToken.START_OBJECT) {
					throw malformed();
				}
				reader.readMessage(json, !lines);
				// What comes after one message too many may be anything.
				token = reader.isFull() ? null : json.nextToken();
			}
			if (token != null) {
				throw malformed();
			}
		}
		catch (JacksonException ex) {
			throw malformed();
		}
		return reader.finish();
	}

	private static MalformedMessageException malformed() {
		return new MalformedMessageException(false, "Not JSON of messages");
	}

	/**
	 * Writes results as {@code {"results":[…]}}, in their order.
	 * @param results the results
	 * @return the bytes in a new array
	 */
	public static byte[] encode(List<PublishResult> results) {
		StringBuilder json = new StringBuilder(RESULT_SIZE * (results.size() + 1)).append("{\"results\":[");
		for (PublishResult result : results) {
			Position position = result.position();
			if (position == null || !isPlain(result.channel())) {
				return encodeAny(results);
			}
			append(json, result, position);
		}
		return json.append("]}").toString().getBytes(StandardCharsets.ISO_8859_1);
	}

	/**
	 * Whether a text is of ASCII characters that need no escapes, as most ids are.
	 */
	private static boolean isPlain(String text) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c < ' ' || c > '~' || c == '"' || c == '\\') {
				return false;
			}
		}
		return true;
	}

	private static void append(StringBuilder json, PublishResult result, Position position) {
		json.append((json.charAt(json.length() - 1) == '}') ? ",{\"channel\":\"" : "{\"channel\":\"")
			.append(result.channel())
			.append("\",\"epoch\":")
			.append(position.epoch())
			.append(",\"offset\":")
			.append(position.offset())
			.append(",\"cursor\":\"")
			.append(Cursor.of(result.channel(), position).token())
			.append(result.repeated() ? "\",\"repeated\":true}" : "\"}");
	}

	private static byte[] encodeAny(List<PublishResult> results) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(RESULT_SIZE * results.size());
		try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
			json.writeStartObject();
			json.writeArrayPropertyStart("results");
			for (PublishResult result : results) {
				write(json, result);
			}
			json.writeEndArray();
			json.writeEndObject();
		}
		return bytes.toByteArray();
	}

	private static void write(JsonGenerator json, PublishResult result) {
		json.writeStartObject();
		Position position = result.position();
		if (position != null) {
			json.writeStringProperty("channel", result.channel());
			json.writeNumberProperty("epoch", position.epoch());
			json.writeNumberProperty("offset", position.offset());
			json.writeStringProperty("cursor", Cursor.of(result.channel(), position).token());
			if (result.repeated()) {
				json.writeBooleanProperty("repeated", true);
			}
		}
		else {
			// A lone surrogate of the publisher cannot be encoded.
			json.writeStringProperty("channel",
					new String(result.channel().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
			json.writeNumberProperty("status", result.status());
			json.writeStringProperty("error", String.valueOf(result.error()));
			if (result.detail() != null) {
				json.writeStringProperty("detail", result.detail());
			}
		}
		json.writeEndObject();
	}

	/**
	 * Collects messages.
	 */
	private static final class Reader {

		private final String source;

		private final int most;

		private final List<PublishEntry> entries = new ArrayList<>();

		private Reader(String source, int most) {
			this.source = source;
			this.most = most;
		}

		boolean isFull() {
			return this.entries.size() > this.most;
		}

		/**
		 * Reads one object, whose beginning has been read. A member that is repeated is
		 * an error: it is not clear which one is meant.
		 */
		void readMessage(JsonParser json, boolean mayHaveMessages) {
			List<String> channels = null;
			PublishEntry data = null;
			boolean several = false;
			for (JsonToken token = json.nextToken(); token == JsonToken.PROPERTY_NAME; token = json.nextToken()) {
				String name = json.currentName();
				JsonToken value = json.nextToken();
				boolean isNaming = name.equals("channel") || name.equals("channels");
				if ((isNaming && channels != null) || (name.equals("data") && data != null)
						|| (name.equals("messages") && several)) {
					throw new MalformedMessageException(true, "'" + name + "' is repeated");
				}
				if (isNaming) {
					channels = name.equals("channel") ? List.of(id(json, value)) : ids(json, value);
				}
				else if (name.equals("data")) {
					data = data(json, value);
				}
				else if (name.equals("messages") && mayHaveMessages) {
					several = true;
					readMessages(json, value);
					if (isFull()) {
						return;
					}
				}
				else {
					json.skipChildren();
				}
			}
			if (several ? (channels != null || data != null) : (channels == null || data == null)) {
				throw new MalformedMessageException(true, "A message must have 'channel' and 'data'");
			}
			if (channels != null && data != null) {
				add(channels, data);
			}
		}

		private void add(List<String> channels, PublishEntry data) {
			for (String channel : channels) {
				if (isFull()) {
					return;
				}
				this.entries.add(new PublishEntry(channel, data.text(), data.json()));
			}
		}

		private void readMessages(JsonParser json, @Nullable JsonToken value) {
			if (value != JsonToken.START_ARRAY) {
				throw new MalformedMessageException(true, "'messages' must be a list");
			}
			while (json.nextToken() == JsonToken.START_OBJECT) {
				readMessage(json, false);
				if (isFull()) {
					return;
				}
			}
			if (json.currentToken() != JsonToken.END_ARRAY) {
				throw new MalformedMessageException(true, "'messages' must be a list of messages");
			}
		}

		private static String id(JsonParser json, @Nullable JsonToken value) {
			if (value != JsonToken.VALUE_STRING) {
				throw new MalformedMessageException(true, "A channel must be a text");
			}
			return json.getString();
		}

		private List<String> ids(JsonParser json, @Nullable JsonToken value) {
			if (value != JsonToken.START_ARRAY) {
				throw new MalformedMessageException(true, "'channels' must be a list");
			}
			List<String> ids = new ArrayList<>();
			for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
				String id = id(json, token);
				if (ids.size() <= this.most) {
					ids.add(id);
				}
			}
			if (ids.isEmpty()) {
				throw new MalformedMessageException(true, "'channels' must not be empty");
			}
			return ids;
		}

		/**
		 * The message of an object, without a channel. The value is kept as it was
		 * written, so that a number loses no digit.
		 */
		private PublishEntry data(JsonParser json, @Nullable JsonToken value) {
			int start = (int) json.currentTokenLocation().getCharOffset();
			String text = null;
			if (value == JsonToken.VALUE_STRING) {
				text = json.getString();
			}
			else if (value != null && value.isNumeric()) {
				// Reads it to its end.
				json.getString();
			}
			else {
				json.skipChildren();
			}
			int end = (int) json.currentLocation().getCharOffset();
			return new PublishEntry("", text, this.source.substring(start, end).strip());
		}

		private List<PublishEntry> finish() {
			if (this.entries.isEmpty()) {
				throw new MalformedMessageException(true, "No messages");
			}
			return this.entries;
		}

	}

}
