package io.github.cometspring.channel;

import java.util.List;

/**
 * A part of the list of channels.
 *
 * @param channels the channels of this part, in the order of their ids
 * @param total the number of channels in the full list
 * @since 0.1.0
 */
public record ChannelSummaries(List<ChannelSummary> channels, long total) {

	/**
	 * Creates a part of the list.
	 * @param channels the channels of this part
	 * @param total the number of channels in the full list
	 */
	public ChannelSummaries {
		channels = List.copyOf(channels);
	}

}
