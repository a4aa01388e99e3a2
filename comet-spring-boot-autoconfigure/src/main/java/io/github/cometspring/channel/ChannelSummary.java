package io.github.cometspring.channel;

/**
 * The data of one channel for an operator.
 *
 * @param id the id
 * @param settings the settings of the channel
 * @param newest the position of the newest message
 * @param retained the number of messages that are kept now
 * @param subscribers the number of clients that listen on this node
 * @since 0.1.0
 */
public record ChannelSummary(String id, ChannelSettings settings, Position newest, int retained, int subscribers) {

	/**
	 * Summarizes a log of this node.
	 * @param log the log
	 * @return the summary
	 */
	public static ChannelSummary of(ChannelLog log) {
		return new ChannelSummary(log.id(), log.settings(), log.newest(), log.retained(), log.subscribers());
	}

}
