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
 * @since 0.1.0
 */
public record BrokerState(long channels, long retained, @Nullable Integer limit) {
}
