package io.github.cometspring.channel;

/**
 * Thrown when another message has been published on the channel with the same
 * {@link OnceKey}. Nothing was published. The message does not repeat the key.
 *
 * @since 0.1.0
 */
public class KeyReusedException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The id of the channel.
	 */
	private final String channel;

	/**
	 * Creates an exception.
	 * @param channel the id of the channel
	 */
	public KeyReusedException(String channel) {
		super("Cannot publish on channel '%s': another message has been published with this key (use a new key)"
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
