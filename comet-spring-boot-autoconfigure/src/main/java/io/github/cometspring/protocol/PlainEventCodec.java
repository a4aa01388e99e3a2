package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;

import io.github.cometspring.channel.Message;

/**
 * Encodes messages as plain server-sent events: the data as it is, for readers that are
 * not made for Comet (protocol, section 4). Stateless and thread-safe.
 *
 * @since 0.1.0
 */
public final class PlainEventCodec {

	// event: …, data: and their line ends
	private static final int OVERHEAD = 16;

	private PlainEventCodec() {
	}

	/**
	 * Encodes a message as the lines {@code event: …} and {@code data: …}, without the
	 * line end of the last one. A line end within the data, which is LF, CR or CRLF,
	 * begins another {@code data:} line: readers join them by LF. So no text can add a
	 * field or an event. Nor can an id, which has neither a line end nor a colon
	 * (protocol, section 1).
	 * @param message the message
	 * @param typed whether the id of the channel is the type of the event. Otherwise
	 * there is no {@code event:} line, and the event has the type {@code message}
	 * @return the bytes in a new array
	 */
	public static byte[] encodeMessage(Message message, boolean typed) {
		String data = message.data();
		StringBuilder lines = new StringBuilder(OVERHEAD + message.channel().length() + data.length());
		if (typed) {
			lines.append("event: ").append(message.channel()).append('\n');
		}
		lines.append("data: ");
		int from = 0;
		for (int i = 0; i < data.length(); i++) {
			char c = data.charAt(i);
			if (c == '\n' || c == '\r') {
				lines.append(data, from, i).append("\ndata: ");
				if (c == '\r' && i + 1 < data.length() && data.charAt(i + 1) == '\n') {
					i++;
				}
				from = i + 1;
			}
		}
		return lines.append(data, from, data.length()).toString().getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Counts the characters LF and CR. Each takes one byte more in a plain event than
	 * {@link JsonCodec#encodedLength(Message)} reckons with.
	 * @param data the data of a message
	 * @return the count
	 */
	public static int countLineEnds(String data) {
		return count(data, '\n') + count(data, '\r');
	}

	private static int count(String data, char c) {
		int count = 0;
		for (int i = data.indexOf(c); i >= 0; i = data.indexOf(c, i + 1)) {
			count++;
		}
		return count;
	}

}
