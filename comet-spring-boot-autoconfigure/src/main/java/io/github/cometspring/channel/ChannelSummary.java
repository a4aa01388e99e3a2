package io.github.cometspring.channel;

/**
 * What an operator is told of one channel.
 *
 * @param id the id
 * @param settings what the channel carries and keeps
 * @param newest the position of the newest message
 * @param retained how many messages are kept now
 * @param subscribers how many clients listen on this node
 * @since 0.1.0
 */
public record ChannelSummary(String id, ChannelSettings settings, Position newest, int retained, int subscribers) {

	/**
	 * Sums up a log that is on this node.
	 * @param log the log
	 * @return the summary
	 */
	public static ChannelSummary of(ChannelLog log) {
		return new ChannelSummary(log.id(), log.settings(), log.newest(), log.retained(), log.subscribers());
	}

}
