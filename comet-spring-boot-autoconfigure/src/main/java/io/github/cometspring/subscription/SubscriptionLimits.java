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
 * @param maxAge the age at which the connection of a stream or WebSocket is ended, more
 * or less by a tenth, or {@code null} for no limit
 * @param maxPerAddress the largest number of clients of one address that are connected to
 * this node, or {@code null} for no limit
 * @param maxPerUser the largest number of clients of one user that are connected to this
 * node, or {@code null} for no limit
 * @since 0.1.0
 */
public record SubscriptionLimits(@Nullable Integer maxConnections, int maxChannels, long maxResponseSize,
		Duration heartbeat, @Nullable Duration maxAge, @Nullable Integer maxPerAddress, @Nullable Integer maxPerUser) {

	/**
	 * Creates limits, with none of age and none for each address or user.
	 * @param maxConnections the largest number of clients connected to this node, or
	 * {@code null} for no limit
	 * @param maxChannels the largest number of channels in one request
	 * @param maxResponseSize the largest number of bytes of messages in one answer; a
	 * single larger message is sent alone
	 * @param heartbeat the time after which a silent stream sends a heartbeat
	 */
	public SubscriptionLimits(@Nullable Integer maxConnections, int maxChannels, long maxResponseSize,
			Duration heartbeat) {
		this(maxConnections, maxChannels, maxResponseSize, heartbeat, null, null, null);
	}

}
