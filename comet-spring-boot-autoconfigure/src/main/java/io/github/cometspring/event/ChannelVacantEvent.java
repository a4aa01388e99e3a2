package io.github.cometspring.event;

/**
 * No client has listened to a channel on this node for some seconds, or the channel has
 * ended. Clients that poll or reconnect listen again within these seconds and cause no
 * event. There is one for each {@link ChannelOccupiedEvent}, unless the application stops
 * before.
 *
 * @since 0.1.0
 */
public final class ChannelVacantEvent extends ChannelEvent {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an event.
	 * @param source what publishes it
	 * @param channel the id of the channel
	 */
	public ChannelVacantEvent(Object source, String channel) {
		super(source, channel);
	}

}
