package io.github.cometspring.subscription;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What one client, and all of them together, may ask for.
 *
 * @param maxConnections how many clients may be connected to this node, or {@code null}
 * for no limit
 * @param maxChannels how many channels one request may name
 * @param maxResponseSize how many bytes of messages go into one answer; a single larger
 * message goes alone
 * @param heartbeat how long a stream may be silent
 * @since 0.1.0
 */
public record SubscriptionLimits(@Nullable Integer maxConnections, int maxChannels, long maxResponseSize,
		Duration heartbeat) {
}
