package io.github.cometspring.event;

import org.springframework.context.ApplicationEvent;

/**
 * Something has happened to a channel on this node. Listen to this type for all events,
 * or to one of its subtypes.
 * <p>
 * Events are published one after another, on a thread of their own that serves no client.
 * A listener may block, and delays only the events behind. It may throw: the error is
 * logged, at most once a minute. If {@value ChannelEventPublisher#MOST_WAITING} events
 * wait, further ones are dropped with a warning.
 * <p>
 * Whether there is a listener is decided when the application context has been refreshed.
 * A listener counts if the type of its event is one of this package: one to all events of
 * the application gets these events only if another one has asked for them.
 *
 * @since 0.1.0
 */
public abstract sealed class ChannelEvent extends ApplicationEvent
		permits ChannelCreatedEvent, ChannelOccupiedEvent, ChannelVacantEvent, ChannelEndedEvent {

	private static final long serialVersionUID = 1L;

	/**
	 * The id of the channel.
	 */
	private final String channel;

	ChannelEvent(Object source, String channel) {
		super(source);
		this.channel = channel;
	}

	/**
	 * The id of the channel. It may be a secret: a client that knows the id may read a
	 * channel that no authorizer guards.
	 * @return the id
	 */
	public String getChannel() {
		return this.channel;
	}

	@Override
	public String toString() {
		return getClass().getSimpleName();
	}

}
