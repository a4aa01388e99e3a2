package io.github.cometspring.channel;

/**
 * SPI: receives what happens to the channels of a {@link ChannelBroker} on this node. The
 * broker calls it, so a broker of others may leave it out.
 * <p>
 * Thread-safe. Any thread calls these methods, also an event loop, and some calls are
 * made under locks of the broker. Implementations return at once, throw nothing and do
 * not call the broker.
 *
 * @since 0.1.0
 */
public interface ChannelListener {

	/**
	 * Does nothing.
	 */
	ChannelListener NONE = new ChannelListener() {
	};

	/**
	 * This node has created a channel.
	 * @param id the id of the channel
	 */
	default void created(String id) {
	}

	/**
	 * The first client on this node listens, or the last one has left. Calls for one
	 * channel may come in another order than its clients did, so the implementation reads
	 * {@link ChannelLog#subscribers()}.
	 * @param log the channel
	 */
	default void subscribersChanged(ChannelLog log) {
	}

	/**
	 * A channel has ended, and this node knows it.
	 * @param id the id of the channel
	 * @param reason the reason
	 */
	default void ended(String id, ChannelEnd reason) {
	}

}
