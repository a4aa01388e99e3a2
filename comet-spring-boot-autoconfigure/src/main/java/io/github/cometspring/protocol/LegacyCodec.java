package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes the legacy dialect, the published protocol of Ocsigen_comet
 * (protocol, section 2). Stateless and thread-safe. Malformed input is read leniently and
 * never causes an exception.
 *
 * @since 0.1.0
 * @see LegacyEntry
 */
public final class LegacyCodec {

	/** The media type of a request. */
	public static final String MEDIA_TYPE = "application/x-ocsigen-comet";

	/** The body of the answer to a request that names no channel. */
	public static final String EMPTY_REGISTRATION = "Empty or incorrect registration";

	/** The data in the entry of a channel that has ended. */
	public static final String ENDED = "ENDED_CHANNEL";

	private static final byte[] NO_ENTRIES = new byte[0];

	private static final byte[] ENDED_NOTICE = ENDED.getBytes(StandardCharsets.US_ASCII);

	// A message with exactly this text is escaped: clients would read it as the end
	private static final byte[] ENDED_MESSAGE = "%45NDED_CHANNEL".getBytes(StandardCharsets.US_ASCII);

	// Ignores case in ASCII only, where equalsIgnoreCase would take a dotless i for an i
	private static final Pattern LENIENT_MEDIA_TYPE = Pattern
		.compile("\\s*application\\s*/\\s*x-ocsigen-comet\\s*(;.*)?", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private LegacyCodec() {
	}

	/**
	 * Whether a request is in this dialect.
	 * @param contentType the value of its {@code Content-Type} header, {@code null} if it
	 * has none; case, parameters and white space around the names do not matter
	 * @return {@code true} for {@value #MEDIA_TYPE}
	 */
	public static boolean isLegacyMediaType(@Nullable String contentType) {
		return contentType != null
				&& (MEDIA_TYPE.equals(contentType) || LENIENT_MEDIA_TYPE.matcher(contentType).matches());
	}

	/**
	 * Returns the channel ids that a request names. The ids are not validated. Work is
	 * linear in the size of the body.
	 * @param body the body of the request
	 * @return the distinct ids in the order in which they first appear, none of them
	 * empty; an empty list if there is none
	 */
	public static List<String> decodeRegistration(byte[] body) {
		return RegistrationDecoder.decode(body);
	}

	/**
	 * Returns the size of an entry on the wire, without building it. The LF between two
	 * entries is not part of either.
	 * @param channel the id of the channel
	 * @param data the text of the message, {@code null} if the channel has ended
	 * @return the exact number of bytes
	 * @throws ArithmeticException if there are more than {@link Integer#MAX_VALUE}
	 */
	public static int encodedLength(String channel, @Nullable String data) {
		return Math.toIntExact(entryLength(channel, data));
	}

	/**
	 * Returns the body of an answer.
	 * @param entries the entries in their order
	 * @return the entries joined by LF in a new array, which is empty if there are none
	 * @throws ArithmeticException if there are more than {@link Integer#MAX_VALUE} bytes
	 */
	public static byte[] encodeEntries(Collection<LegacyEntry> entries) {
		long length = Math.max(0, entries.size() - 1);
		for (LegacyEntry entry : entries) {
			length += entryLength(entry.channel(), entry.data());
		}
		byte[] body = new byte[Math.toIntExact(length)];
		int at = 0;
		for (LegacyEntry entry : entries) {
			if (at > 0) {
				body[at++] = '\n';
			}
			at = writeEntry(entry.channel(), entry.data(), body, at);
		}
		return body;
	}

	/**
	 * Joins several bodies.
	 * @param bodies encoded entries; a body may be empty
	 * @return all entries joined by LF; the only body itself if no other has entries
	 */
	public static byte[] join(List<byte[]> bodies) {
		int size = -1;
		byte[] only = NO_ENTRIES;
		for (byte[] body : bodies) {
			if (body.length > 0) {
				size = Math.addExact(size, 1 + body.length);
				only = body;
			}
		}
		if (size <= only.length) {
			return only;
		}
		byte[] joined = new byte[size];
		int at = 0;
		for (byte[] body : bodies) {
			if (body.length > 0) {
				if (at > 0) {
					joined[at++] = '\n';
				}
				at = copy(body, joined, at);
			}
		}
		return joined;
	}

	/**
	 * Returns the entries of an answer: the inverse of {@link #encodeEntries}. A line
	 * without a colon is ignored; a malformed escape stays as it is; bytes that are not
	 * UTF-8 become U+FFFD.
	 * @param body the body of the answer
	 * @return its entries in order
	 */
	public static List<LegacyEntry> decodeEntries(byte[] body) {
		return EntryDecoder.decode(body);
	}

	/**
	 * Encodes an id for an answer, so that it cannot be mistaken for anything else: every
	 * character outside the alphabet of ids is percent-encoded. A valid id is returned
	 * unchanged.
	 * @param id an id as a client sent it
	 * @return the id to write
	 */
	public static String echo(String id) {
		return PercentEncoder.ID.encode(id);
	}

	/**
	 * Encodes ids as the value of a header, such as {@code Comet-Gap}. The value is
	 * always visible ASCII.
	 * @param ids the ids
	 * @return the ids joined by commas, percent-encoded where a header needs it
	 */
	public static String headerList(Collection<String> ids) {
		return ids.stream().map(PercentEncoder.HEADER_ID::encode).collect(Collectors.joining(","));
	}

	private static long entryLength(String channel, @Nullable String data) {
		return PercentEncoder.ID.length(channel) + 1 + dataLength(data);
	}

	private static long dataLength(@Nullable String data) {
		if (data == null) {
			return ENDED_NOTICE.length;
		}
		return ENDED.equals(data) ? ENDED_MESSAGE.length : PercentEncoder.DATA.length(data);
	}

	private static int writeEntry(String channel, @Nullable String data, byte[] body, int at) {
		at = PercentEncoder.ID.write(channel, body, at);
		body[at++] = ':';
		if (data == null) {
			return copy(ENDED_NOTICE, body, at);
		}
		return ENDED.equals(data) ? copy(ENDED_MESSAGE, body, at) : PercentEncoder.DATA.write(data, body, at);
	}

	private static int copy(byte[] source, byte[] target, int at) {
		System.arraycopy(source, 0, target, at, source.length);
		return at + source.length;
	}

}
