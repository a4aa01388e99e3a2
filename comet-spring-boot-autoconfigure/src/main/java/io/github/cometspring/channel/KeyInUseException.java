package io.github.cometspring.channel;

/**
 * Thrown when a publication with the same {@link OnceKey} is under way on the channel.
 * This call published nothing; one that comes later gets the result of the other. The
 * message does not repeat the key.
 *
 * @since 0.1.0
 */
public class KeyInUseException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The id of the channel.
	 */
	private final String channel;

	/**
	 * Creates an exception.
	 * @param channel the id of the channel
	 */
	public KeyInUseException(String channel) {
		super("Cannot publish on channel '%s': a publication with this key is under way (try again)"
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
