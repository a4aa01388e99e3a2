package io.github.cometspring.typed;

import io.github.cometspring.channel.ChannelException;

/**
 * Thrown when a channel of text is used for values.
 *
 * @since 0.1.0
 */
public class TextChannelException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The id of the channel.
	 */
	private final String channel;

	/**
	 * Creates an exception.
	 * @param channel the id of the channel
	 */
	public TextChannelException(String channel) {
		super("Cannot use channel '%s' for values: its messages are text (create it with MessageFormat.JSON)"
			.formatted(channel));
		this.channel = channel;
	}

	/**
	 * The id of the channel.
	 * @return the id
	 */
	public String getChannel() {
		return this.channel;
	}

}
