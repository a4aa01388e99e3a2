package io.github.cometspring.channel;

/**
 * Thrown when a text is published on a JSON channel that is not one JSON value, or is
 * nested too deep. Nothing was published. The message does not repeat the text.
 *
 * @since 0.1.0
 * @see MessageFormat#JSON
 */
public class InvalidJsonException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The id of the channel.
	 */
	private final String channel;

	/**
	 * The index of the character at which the text stops being a JSON value.
	 */
	private final int index;

	/**
	 * Creates an exception.
	 * @param channel the id of the channel
	 * @param index the index of the character at which the text stops being a JSON value;
	 * the length of the text if it is cut short
	 */
	public InvalidJsonException(String channel, int index) {
		super(("Cannot publish on JSON channel '%s': the text is not one JSON value of at most %d levels, "
				+ "as of its character %d (publish JSON, or create the channel for text)")
			.formatted(channel, JsonText.MAX_DEPTH, index));
		this.channel = channel;
		this.index = index;
	}

	/**
	 * The id of the channel.
	 * @return the id
	 */
	public String getChannel() {
		return this.channel;
	}

	/**
	 * Where the text stops being a JSON value.
	 * @return the index of a character, the length of the text if it is cut short
	 */
	public int getIndex() {
		return this.index;
	}

}
