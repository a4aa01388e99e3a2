package io.github.cometspring.event;

import io.github.cometspring.channel.ChannelEnd;

/**
 * A channel has ended. With several nodes, the node that has ended it publishes this, and
 * so does each that has clients on it or had some until about a minute ago, or that
 * learns of the end as it publishes.
 *
 * @since 0.1.0
 */
public final class ChannelEndedEvent extends ChannelEvent {

	private static final long serialVersionUID = 1L;

	/**
	 * Why it has ended.
	 */
	private final ChannelEnd reason;

	/**
	 * Creates an event.
	 * @param source what publishes it
	 * @param channel the id of the channel
	 * @param reason why it has ended
	 */
	public ChannelEndedEvent(Object source, String channel, ChannelEnd reason) {
		super(source, channel);
		this.reason = reason;
	}

	/**
	 * Why the channel has ended.
	 * @return the reason
	 */
	public ChannelEnd getReason() {
		return this.reason;
	}

}
