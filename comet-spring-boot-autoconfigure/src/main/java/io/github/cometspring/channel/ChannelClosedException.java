package io.github.cometspring.channel;

/**
 * Thrown when a message is published on a closed channel.
 *
 * @since 0.1.0
 */
public class ChannelClosedException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The id of the channel.
	 */
	private final String channel;

	/**
	 * Creates an exception.
	 * @param channel the id of the channel
	 */
	public ChannelClosedException(String channel) {
		super("Cannot publish on channel '%s': it is closed (create another)".formatted(channel));
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
