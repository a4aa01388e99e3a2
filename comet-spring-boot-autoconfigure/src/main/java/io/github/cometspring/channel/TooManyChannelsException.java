package io.github.cometspring.channel;

/**
 * Thrown when a channel is created while as many exist as the limit allows. Closing one
 * frees its place.
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
	 * How many channels may exist at a time.
	 */
	private final int limit;

	/**
	 * Creates an exception.
	 * @param name the name of the channel that could not be created
	 * @param limit how many channels may exist at a time
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
	 * How many channels may exist at a time.
	 * @return the limit
	 */
	public int getLimit() {
		return this.limit;
	}

}
