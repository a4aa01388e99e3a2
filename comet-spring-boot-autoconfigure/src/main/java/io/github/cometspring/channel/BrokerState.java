package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

/**
 * The sums over all channels of a {@link ChannelBroker}, for those who watch the service.
 *
 * @param channels how many channels live, exact at some moment of the call
 * @param retained how many messages they retain together. What has become too old within
 * the last second or so may be among it
 * @param limit how many channels there may be, or {@code null} if there is no limit, or
 * none that is known
 * @since 0.1.0
 */
public record BrokerState(long channels, long retained, @Nullable Integer limit) {
}
