package io.github.cometspring.channel;

/**
 * What the messages of a channel are. It decides how they stand on a JSON wire (protocol,
 * section 3); the legacy dialect sends the text of either.
 *
 * @since 0.1.0
 */
public enum MessageFormat {

	/**
	 * Any text. Clients that speak JSON receive it as a JSON string.
	 */
	TEXT,

	/**
	 * One JSON value each. Clients that speak JSON receive the value itself.
	 */
	JSON

}
