package io.github.cometspring.actuate;

import java.util.Map;
import java.util.TreeMap;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The state of the service, as the {@code comet} endpoint shows it.
 *
 * @param active whether requests are served
 * @param timeout how long a poll that begins now is held, in ISO 8601
 * @param channels how many channels there are
 * @param connections how many clients are connected to this node, by transport
 * @param history the retained messages
 * @since 0.1.0
 */
public record CometState(boolean active, String timeout, ChannelUse channels, Map<String, Integer> connections,
		HistoryUse history) {

	static Map<String, Integer> connections(Subscriptions subscriptions) {
		Map<String, Integer> connections = new TreeMap<>();
		for (Transport transport : Transport.values()) {
			connections.put(transport.id(), subscriptions.connections(transport));
		}
		return connections;
	}

	/**
	 * How many channels there are.
	 *
	 * @param count the number of open channels
	 * @param limit the largest number of channels, or {@code null} if there is no limit
	 * or the broker does not know it
	 */
	public record ChannelUse(long count, @Nullable Integer limit) {
	}

	/**
	 * The retained messages of all channels.
	 *
	 * @param messages how many messages can be resumed from, in all channels
	 */
	public record HistoryUse(long messages) {
	}

}
