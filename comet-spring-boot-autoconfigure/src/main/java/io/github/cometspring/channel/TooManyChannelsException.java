package io.github.cometspring.channel;

/**
 * Thrown when a channel is created and the limit is reached. Closing a channel makes room
 * for another.
 *
 * @since 0.1.0
 */
public class TooManyChannelsException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The name of the channel that could not be created.
	 */
	private final String name;

	/**
	 * The largest number of channels.
	 */
	private final int limit;

	/**
	 * Creates an exception.
	 * @param name the name of the channel that could not be created
	 * @param limit the largest number of channels
	 */
	public TooManyChannelsException(String name, int limit) {
		super("Cannot create channel '%s': %d of %d virtual channels in use (comet.max-virtual-channels)"
			.formatted(name, limit, limit));
		this.name = name;
		this.limit = limit;
	}

	/**
	 * The name of the channel that could not be created.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

	/**
	 * The largest number of channels.
	 * @return the limit
	 */
	public int getLimit() {
		return this.limit;
	}

}
