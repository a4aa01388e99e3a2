package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

/**
 * The totals over all channels of a {@link ChannelBroker}, for monitoring.
 *
 * @param channels the number of living channels, exact at some moment of the call
 * @param retained the number of messages that they retain together. Messages that became
 * too old within about the last second may be included
 * @param limit the largest number of channels, or {@code null} if there is no limit or it
 * is not known
 * @param bytes the size of the texts of all messages that are kept, in UTF-8 bytes, or
 * {@code null} if it is not known. It includes messages that are kept for readers that
 * are listening, which {@code retained} does not
 * @since 0.1.0
 */
public record BrokerState(long channels, long retained, @Nullable Integer limit, @Nullable Long bytes) {

	/**
	 * Creates the totals of a broker that does not know the size of its messages.
	 * @param channels the number of living channels
	 * @param retained the number of messages that they retain together
	 * @param limit the largest number of channels, or {@code null}
	 */
	public BrokerState(long channels, long retained, @Nullable Integer limit) {
		this(channels, retained, limit, null);
	}

}
