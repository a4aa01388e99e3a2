package io.github.cometspring.subscription;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The limits of one client, and of all clients together.
 *
 * @param maxConnections the largest number of clients connected to this node, or
 * {@code null} for no limit
 * @param maxChannels the largest number of channels in one request
 * @param maxResponseSize the largest number of bytes of messages in one answer; a single
 * larger message is sent alone
 * @param heartbeat the time after which a silent stream sends a heartbeat
 * @since 0.1.0
 */
public record SubscriptionLimits(@Nullable Integer maxConnections, int maxChannels, long maxResponseSize,
		Duration heartbeat) {
}
