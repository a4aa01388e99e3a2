package io.github.cometspring.channel;

/**
 * Thrown when a channel is created under a name that a living channel already has.
 *
 * @since 0.1.0
 * @see Channels#obtain(String)
 */
public class DuplicateChannelException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The name that exists already.
	 */
	private final String name;

	/**
	 * Creates an exception.
	 * @param name the name that exists already
	 */
	public DuplicateChannelException(String name) {
		super("Cannot create channel '%s': a channel of that name exists (obtain it, or close it first)"
			.formatted(name));
		this.name = name;
	}

	/**
	 * The name that exists already.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

}
