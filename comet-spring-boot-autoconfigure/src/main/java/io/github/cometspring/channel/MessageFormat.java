package io.github.cometspring.channel;

/**
 * The format of the messages of a channel. It decides how all dialects but the legacy one
 * write them (protocol, section 3). Legacy polls, and event streams with
 * {@code format=plain}, have the text of either.
 *
 * @since 0.1.0
 */
public enum MessageFormat {

	/**
	 * Any text. All dialects but the legacy one send it as a JSON string.
	 */
	TEXT,

	/**
	 * One JSON value for each message. All dialects but the legacy one send the value
	 * itself.
	 */
	JSON

}
