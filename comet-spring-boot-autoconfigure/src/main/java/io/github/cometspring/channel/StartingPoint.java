package io.github.cometspring.channel;

/**
 * Where in one channel a subscription starts.
 *
 * @param offset the offset to read after, or {@link ChannelLog#EARLIEST}
 * @param gap whether what the cursor stood for is of another epoch and therefore lost
 * @since 0.1.0
 */
public record StartingPoint(long offset, boolean gap) {

	/**
	 * Finds the place that a cursor means (protocol, section 1).
	 * @param log the channel
	 * @param cursor the cursor
	 * @return the place
	 */
	public static StartingPoint of(ChannelLog log, Cursor cursor) {
		if (cursor.equals(Cursor.EARLIEST)) {
			return new StartingPoint(ChannelLog.EARLIEST, false);
		}
		if (!cursor.knows(log.id())) {
			return new StartingPoint(log.newest(), false);
		}
		return cursor.offset(log.id(), log.epoch())
			.stream()
			.mapToObj((offset) -> new StartingPoint(offset, false))
			.findFirst()
			.orElseGet(() -> new StartingPoint(ChannelLog.EARLIEST, true));
	}

}
