package io.github.cometspring.event;

/**
 * A channel was created. With several nodes, only the node that has created it publishes
 * this.
 *
 * @since 0.1.0
 */
public final class ChannelCreatedEvent extends ChannelEvent {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an event.
	 * @param source what publishes it
	 * @param channel the id of the channel
	 */
	public ChannelCreatedEvent(Object source, String channel) {
		super(source, channel);
	}

}
