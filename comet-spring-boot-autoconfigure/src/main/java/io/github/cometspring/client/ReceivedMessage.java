package io.github.cometspring.client;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;

/**
 * A message as a client receives it. It is not a
 * {@link io.github.cometspring.channel.Message}: the wire has neither the position of a
 * message nor the format of its channel, and this says no more than the wire does. There
 * is the JSON value, which on a text channel is a string, and a place to resume from.
 *
 * @param channel the id of the channel
 * @param json the JSON value as it was sent
 * @param cursor where to subscribe again to miss nothing, for all channels of the
 * subscription. Over an event stream it stands right behind this message. A polled answer
 * has one cursor for all of its messages: the last of them has it, and those before it
 * have the one before the answer, from which the answer's messages come once more
 * @param afterGap whether messages of the channel before this one are lost, because the
 * server's history no longer had them
 * @since 0.1.0
 */
public record ReceivedMessage(String channel, String json, Cursor cursor, boolean afterGap) {

	/**
	 * The text, of a message of a channel for {@link MessageFormat#TEXT}.
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
	 * Says what this is, and not what is in it.
	 */
	@Override
	public String toString() {
		return "ReceivedMessage[" + this.channel + "]";
	}

}
