package io.github.cometspring.protocol;

import io.github.cometspring.channel.MessageFormat;
import org.jspecify.annotations.Nullable;

/**
 * A message that a publisher sends for one channel. Immutable.
 *
 * @param channel the id as the publisher named it, valid or not
 * @param text the text, or {@code null} if the publisher has sent a JSON value that is no
 * string
 * @param json the JSON value that the publisher has sent, or {@code null} if it has sent
 * the text alone
 * @since 0.1.0
 */
public record PublishEntry(String channel, @Nullable String text, @Nullable String json) {

	/**
	 * The message as it is published. On a channel of JSON it is the value itself, and
	 * otherwise the text, so that readers receive as {@code data} what was sent as
	 * {@code data}.
	 * @param format the format of the channel
	 * @return the text to publish
	 */
	public String data(MessageFormat format) {
		String first = (format == MessageFormat.JSON) ? this.json : this.text;
		String second = (format == MessageFormat.JSON) ? this.text : this.json;
		return (first != null) ? first : String.valueOf(second);
	}

	/**
	 * Tells the channel, without the message.
	 */
	@Override
	public String toString() {
		return "PublishEntry[channel=%s]".formatted(this.channel);
	}

}
