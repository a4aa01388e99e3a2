package io.github.cometspring.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Encodes the JSON that the server sends in polls, server-sent events and WebSocket
 * frames (protocol, sections 3 to 5). Stateless and thread-safe.
 *
 * @since 0.1.0
 * @see ClientMessage
 */
public final class JsonCodec {

	private static final JsonFactory JSON = new JsonFactory();

	// {"channel":"…","data":"…"} and a comma
	private static final int MESSAGE_OVERHEAD = 27;

	// {"pong":…,"cursor":"…","messages":[
	private static final int OPENING_SIZE = 64;

	private static final byte[] PONG = "\"pong\":".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] CURSOR = "\"cursor\":\"".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] MESSAGES = "\"messages\":[".getBytes(StandardCharsets.US_ASCII);

	private JsonCodec() {
	}

	/**
	 * Encodes a message as {@code {"channel":"…","data":…}}: a text message as a JSON
	 * string, a JSON message as its value (protocol, section 3).
	 * @param message the message
	 * @return the bytes in a new array
	 */
	public static byte[] encodeMessage(Message message) {
		return write((json) -> {
			json.writeStringProperty("channel", message.channel());
			if (message.format() == MessageFormat.JSON) {
				json.writeName("data");
				json.writeRawValue(message.data());
			}
			else {
				json.writeStringProperty("data", message.data());
			}
		});
	}

	/**
	 * Returns an upper bound for the encoded size of a message.
	 * @param message the message
	 * @return the bound in bytes
	 */
	public static long encodedLength(Message message) {
		long size = MESSAGE_OVERHEAD + 3L * message.channel().length();
		boolean escaped = message.format() != MessageFormat.JSON;
		String data = message.data();
		for (int i = 0; i < data.length(); i++) {
			char c = data.charAt(i);
			if (c < 0x80) {
				size += !escaped ? 1 : (c < 0x20) ? 6 : (c == '"' || c == '\\') ? 2 : 1;
			}
			else {
				size += (c < 0x800) ? 2 : 3;
			}
		}
		return size;
	}

	/**
	 * Encodes a server message with the members {@code cursor}, {@code messages},
	 * {@code ended}, {@code gaps} and {@code refused}; empty lists are left out.
	 * @param cursor the token in ASCII, in which nothing needs to be escaped, or
	 * {@code null} for none
	 * @param messages encoded messages, each one or several that are
	 * {@linkplain #join(List) joined}
	 * @param ended the ids of channels that have ended
	 * @param gaps the ids of channels that have a gap
	 * @param refused the ids of channels that are refused
	 * @param why the reason of the refusals, or {@code null} to leave it out
	 * @param pong the number of a ping that this answers, or {@code null} for none
	 * @return the bytes in a new array
	 */
	public static byte[] encodeBatch(byte @Nullable [] cursor, List<byte[]> messages, Collection<String> ended,
			Collection<String> gaps, Collection<String> refused, @Nullable String why, @Nullable Long pong) {
		byte[] lists = (ended.isEmpty() && gaps.isEmpty() && refused.isEmpty() && why == null)
				? JsonAssembly.EMPTY_OBJECT : write((json) -> {
					writeList(json, "ended", ended);
					writeList(json, "gaps", gaps);
					writeRefused(json, refused, why);
				});
		return JsonAssembly.object(opening(pong, cursor, !messages.isEmpty()), messages, lists);
	}

	private static byte[] opening(@Nullable Long pong, byte @Nullable [] cursor, boolean messages) {
		ByteBuffer opening = ByteBuffer.allocate(OPENING_SIZE + ((cursor != null) ? cursor.length : 0)).put((byte) '{');
		if (pong != null) {
			opening.put(PONG).put(pong.toString().getBytes(StandardCharsets.US_ASCII));
		}
		if (cursor != null) {
			separate(opening).put(CURSOR).put(cursor).put((byte) '"');
		}
		if (messages) {
			separate(opening).put(MESSAGES);
		}
		return Arrays.copyOf(opening.array(), opening.position());
	}

	private static ByteBuffer separate(ByteBuffer members) {
		return (members.position() > 1) ? members.put((byte) ',') : members;
	}

	/**
	 * Joins encoded messages. The result may be passed on wherever one encoded message is
	 * expected.
	 * @param messages encoded messages, at least one
	 * @return the messages with commas between them; the only one itself if there are no
	 * others
	 */
	public static byte[] join(List<byte[]> messages) {
		return JsonAssembly.join(messages);
	}

	/**
	 * Encodes an object with one member.
	 * @param name the name of the member
	 * @param value its value
	 * @return the bytes in a new array
	 */
	public static byte[] encodeMember(String name, String value) {
		return write((json) -> json.writeStringProperty(name, value));
	}

	/**
	 * Encodes that a channel is refused, as {@code {"channel":"…","why":"…"}}.
	 * @param channel its id
	 * @param why the reason
	 * @return the bytes in a new array
	 */
	public static byte[] encodeRefused(String channel, String why) {
		return write((json) -> {
			json.writeStringProperty("channel", channel);
			json.writeStringProperty("why", why);
		});
	}

	/**
	 * Encodes the error for a request that names too many channels.
	 * @param error a sentence
	 * @param limit the largest number of channels
	 * @return the bytes in a new array
	 */
	public static byte[] encodeLimit(String error, int limit) {
		return write((json) -> {
			json.writeStringProperty("error", error);
			json.writeNumberProperty("limit", limit);
		});
	}

	/**
	 * Encodes problem details (RFC 9457) that name no channels.
	 * @param title what went wrong, in a word
	 * @param status the status code
	 * @param detail a sentence, or {@code null} for none
	 * @param cursor the token to resume from, or {@code null} for none
	 * @return the bytes in a new array
	 */
	public static byte[] encodeProblem(String title, int status, @Nullable String detail, @Nullable String cursor) {
		return encodeProblem(title, status, detail, cursor, List.of(), null, null);
	}

	/**
	 * Encodes problem details (RFC 9457).
	 * @param title what went wrong, in a word
	 * @param status the status code
	 * @param detail a sentence, or {@code null} for none
	 * @param cursor the token to resume from, or {@code null} for none
	 * @param refused the ids of channels that are refused
	 * @param why the reason of the refusals, or {@code null} to leave it out
	 * @param limit the largest number of channels, or {@code null} if that is not the
	 * problem
	 * @return the bytes in a new array
	 */
	public static byte[] encodeProblem(String title, int status, @Nullable String detail, @Nullable String cursor,
			Collection<String> refused, @Nullable String why, @Nullable Integer limit) {
		return write((json) -> {
			json.writeStringProperty("title", title);
			json.writeNumberProperty("status", status);
			if (detail != null) {
				json.writeStringProperty("detail", detail);
			}
			if (cursor != null) {
				json.writeStringProperty("cursor", cursor);
			}
			writeRefused(json, refused, why);
			if (limit != null) {
				json.writeNumberProperty("limit", limit);
			}
		});
	}

	/**
	 * Encodes the answer to a ping.
	 * @param number the number of the ping
	 * @return the bytes in a new array
	 */
	public static byte[] encodePong(long number) {
		return write((json) -> json.writeNumberProperty("pong", number));
	}

	private static void writeRefused(JsonGenerator json, Collection<String> refused, @Nullable String why) {
		writeList(json, "refused", refused);
		if (why != null) {
			json.writeStringProperty("why", why);
		}
	}

	private static void writeList(JsonGenerator json, String name, Collection<String> values) {
		if (!values.isEmpty()) {
			json.writeArrayPropertyStart(name);
			values.forEach(json::writeString);
			json.writeEndArray();
		}
	}

	private static byte[] write(Members members) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
		try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
			json.writeStartObject();
			members.writeTo(json);
			json.writeEndObject();
		}
		return bytes.toByteArray();
	}

	private interface Members {

		void writeTo(JsonGenerator json);

	}

}
