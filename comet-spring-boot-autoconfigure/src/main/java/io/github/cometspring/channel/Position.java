package io.github.cometspring.channel;

/**
 * The position of a message in its channel (protocol, section 1). Offsets count 1, 2, 3 …
 * without holes. The epoch is chosen at random when the channel is created, so a position
 * in an earlier channel of the same name is recognized. Offset 0 is before the first
 * message.
 *
 * @param epoch the epoch of the channel, from 1 to {@link #MAX_EPOCH}
 * @param offset the number of the message, from 0 to {@link #MAX_OFFSET}
 * @since 0.1.0
 */
public record Position(long epoch, long offset) {

	/**
	 * The largest epoch: 48 bits.
	 */
	public static final long MAX_EPOCH = (1L << 48) - 1;

	/**
	 * The largest offset: 48 bits.
	 */
	public static final long MAX_OFFSET = (1L << 48) - 1;

	/**
	 * Creates a position.
	 * @param epoch the epoch of the channel
	 * @param offset the number of the message
	 * @throws IllegalArgumentException if a component is out of its range
	 */
	public Position {
		if (epoch < 1 || epoch > MAX_EPOCH) {
			throw new IllegalArgumentException("Epoch out of range: " + epoch);
		}
		if (offset < 0 || offset > MAX_OFFSET) {
			throw new IllegalArgumentException("Offset out of range: " + offset);
		}
	}

	/**
	 * Whether a reader at this position has the message at another one. Positions of two
	 * epochs have no order: neither covers the other.
	 * @param other the position of a message
	 * @return {@code true} if the message is at this position or before it
	 */
	public boolean covers(Position other) {
		return this.epoch == other.epoch && this.offset >= other.offset;
	}

}
