package io.github.cometspring.client;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;

/**
 * A message as a client receives it. It is not a
 * {@link io.github.cometspring.channel.Message}: the wire has neither the position of a
 * message nor the format of its channel. It has the JSON value, which on a text channel
 * is a string, and the cursor to resume from.
 *
 * @param channel the id of the channel
 * @param json the JSON value as it was sent
 * @param cursor the cursor from which to subscribe again without a loss, for all channels
 * of the subscription. On an event stream it is the cursor right after this message. The
 * answer to a poll has one cursor, which its last message carries. The messages before it
 * carry the cursor before the answer, from which all of the answer's messages come again
 * @param afterGap whether messages of the channel before this one are lost, because the
 * server's history no longer had them
 * @since 0.1.0
 */
public record ReceivedMessage(String channel, String json, Cursor cursor, boolean afterGap) {

	/**
	 * The text of a message of a channel for {@link MessageFormat#TEXT}.
	 * @return the text
	 * @throws IllegalStateException if the message is JSON and not a string
	 */
	public String text() {
		@Nullable String text = ServerMessage.decodeText(this.json);
		if (text == null) {
			throw new IllegalStateException(
					"Cannot read a message of channel '%s' as text: it is another JSON value (read json())"
						.formatted(this.channel));
		}
		return text;
	}

	/**
	 * Leaves out the content, which must not get into logs.
	 */
	@Override
	public String toString() {
		return "ReceivedMessage[" + this.channel + "]";
	}

}
