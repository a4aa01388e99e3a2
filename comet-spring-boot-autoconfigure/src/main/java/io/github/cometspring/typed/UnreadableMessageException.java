package io.github.cometspring.typed;

import io.github.cometspring.channel.ChannelException;
import io.github.cometspring.channel.Position;

/**
 * Thrown when a message of a channel is JSON, and not of the type that the reader
 * expects. Neither the error message nor a cause repeats the published text, so there is
 * no cause.
 *
 * @since 0.1.0
 */
public class UnreadableMessageException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The id of the channel.
	 */
	private final String channel;

	/**
	 * The epoch of the message.
	 */
	private final long epoch;

	/**
	 * The offset of the message.
	 */
	private final long offset;

	/**
	 * Creates an exception.
	 * @param channel the id of the channel
	 * @param position the position of the message
	 * @param type the type that was expected
	 */
	public UnreadableMessageException(String channel, Position position, String type) {
		super("Cannot read message %d of channel '%s': it is no %s (read on behind its position)"
			.formatted(position.offset(), channel, type));
		this.channel = channel;
		this.epoch = position.epoch();
		this.offset = position.offset();
	}

	/**
	 * The id of the channel.
	 * @return the id
	 */
	public String getChannel() {
		return this.channel;
	}

	/**
	 * The position of the message. A reader that starts there goes on with the next
	 * message.
	 * @return the position
	 */
	public Position getPosition() {
		return new Position(this.epoch, this.offset);
	}

}
