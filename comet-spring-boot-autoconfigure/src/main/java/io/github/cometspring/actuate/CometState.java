package io.github.cometspring.actuate;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What the {@code comet} endpoint says of the service.
 *
 * @param active whether requests are served
 * @param timeout how long a poll that begins now is held, in ISO 8601
 * @param channels how many channels there are
 * @param connections how many clients are connected to this node, by transport
 * @param history what the channels keep
 * @since 0.1.0
 */
public record CometState(boolean active, String timeout, ChannelUse channels, Map<String, Integer> connections,
		HistoryUse history) {

	/**
	 * How many channels there are.
	 *
	 * @param count the number of living channels
	 * @param limit how many there may be, or {@code null} if there is no limit, or none
	 * that the broker knows
	 */
	public record ChannelUse(long count, @Nullable Integer limit) {
	}

	/**
	 * What the channels keep.
	 *
	 * @param messages how many messages can be resumed from, in all channels
	 */
	public record HistoryUse(long messages) {
	}

}
