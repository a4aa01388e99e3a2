package io.github.cometspring.typed;

import io.github.cometspring.channel.ChannelException;

/**
 * Thrown when a value cannot be written as JSON. Nothing was published. The message does
 * not repeat the value; the cause is what Jackson, or code that it called, has thrown.
 *
 * @since 0.1.0
 */
public class UnwritableValueException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The id of the channel.
	 */
	private final String channel;

	/**
	 * The name of the class of the value.
	 */
	private final String valueType;

	/**
	 * Creates an exception.
	 * @param channel the id of the channel
	 * @param valueType the name of the class of the value
	 * @param cause what was thrown
	 */
	public UnwritableValueException(String channel, String valueType, Throwable cause) {
		super("Cannot publish on channel '%s': Jackson does not write this %s as JSON (see the cause)"
			.formatted(channel, valueType));
		initCause(cause);
		this.channel = channel;
		this.valueType = valueType;
	}

	/**
	 * The id of the channel.
	 * @return the id
	 */
	public String getChannel() {
		return this.channel;
	}

	/**
	 * The type of the value.
	 * @return the name of its class
	 */
	public String getValueType() {
		return this.valueType;
	}

}
