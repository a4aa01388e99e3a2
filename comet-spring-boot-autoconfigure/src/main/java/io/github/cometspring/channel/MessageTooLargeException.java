package io.github.cometspring.channel;

/**
 * Thrown when a message has more UTF-8 bytes than are allowed. Nothing was published.
 *
 * @since 0.1.0
 */
public class MessageTooLargeException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The id of the channel.
	 */
	private final String channel;

	/**
	 * The size of the message, in UTF-8 bytes.
	 */
	private final long size;

	/**
	 * The size of the largest message, in UTF-8 bytes.
	 */
	private final long limit;

	/**
	 * Creates an exception.
	 * @param channel the id of the channel
	 * @param size the size of the message, in UTF-8 bytes
	 * @param limit the size of the largest message, in UTF-8 bytes
	 */
	public MessageTooLargeException(String channel, long size, long limit) {
		super("Cannot publish %d bytes on channel '%s': a message may have %d (comet.max-message-size)".formatted(size,
				channel, limit));
		this.channel = channel;
		this.size = size;
		this.limit = limit;
	}

	/**
	 * The id of the channel.
	 * @return the id
	 */
	public String getChannel() {
		return this.channel;
	}

	/**
	 * The size of the message.
	 * @return the size in UTF-8 bytes
	 */
	public long getSize() {
		return this.size;
	}

	/**
	 * The size of the largest message.
	 * @return the size in UTF-8 bytes
	 */
	public long getLimit() {
		return this.limit;
	}

}
