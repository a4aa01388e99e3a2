package io.github.cometspring.channel;

/**
 * A message of a channel, as its subscribers receive it.
 *
 * @param channel the id of the channel
 * @param position the position of the message
 * @param data the text, without lone surrogates. In the format {@link MessageFormat#JSON}
 * it is one JSON value without white space between its tokens
 * @param format the format of the text, the same for all messages of a channel
 * @param afterGap whether messages before this one were lost to the subscriber that
 * receives it, because the history no longer had them (protocol, section 1)
 * @since 0.1.0
 */
public record Message(String channel, Position position, String data, MessageFormat format, boolean afterGap) {

	Message markedAfterGap() {
		return new Message(this.channel, this.position, this.data, this.format, true);
	}

}
