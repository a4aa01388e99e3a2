package io.github.cometspring.channel;

/**
 * The format of the messages of a channel. It decides how JSON dialects write them
 * (protocol, section 3); the legacy dialect sends the text of either.
 *
 * @since 0.1.0
 */
public enum MessageFormat {

	/**
	 * Any text. JSON dialects send it as a JSON string.
	 */
	TEXT,

	/**
	 * One JSON value for each message. JSON dialects send the value itself.
	 */
	JSON

}
