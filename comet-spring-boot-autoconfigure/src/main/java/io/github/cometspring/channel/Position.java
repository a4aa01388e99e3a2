package io.github.cometspring.channel;

/**
 * The place of a message in its channel (protocol, section 1). Offsets count 1, 2, 3 …
 * without holes; the epoch is chosen at random when the channel is created, so a position
 * from an earlier channel of the same name is never mistaken for one of this. Offset 0
 * stands before the first message.
 *
 * @param epoch the life of the channel that the offset belongs to, from 1 to
 * {@link #MAX_EPOCH}
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
	 * @param epoch the life of the channel that the offset belongs to
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
	 * Whether a reader at this position has been given the message at another. Positions
	 * of two epochs have no order: neither covers the other.
	 * @param other the position of a message
	 * @return {@code true} if the message is at this position or before it
	 */
	public boolean covers(Position other) {
		return this.epoch == other.epoch && this.offset >= other.offset;
	}

}
