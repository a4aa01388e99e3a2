package io.github.cometspring.event;

/**
 * The first client listens to a channel on this node. Each node publishes this for its
 * own clients.
 *
 * @since 0.1.0
 */
public final class ChannelOccupiedEvent extends ChannelEvent {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an event.
	 * @param source what publishes it
	 * @param channel the id of the channel
	 */
	public ChannelOccupiedEvent(Object source, String channel) {
		super(source, channel);
	}

}
