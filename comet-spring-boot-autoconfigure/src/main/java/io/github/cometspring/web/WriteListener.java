package io.github.cometspring.web;

/**
 * Is notified once of the result of a write to a client.
 *
 * @since 0.1.0
 */
public interface WriteListener {

	/**
	 * The operating system has taken all bytes.
	 */
	void taken();

	/**
	 * The client has disconnected, or has been disconnected because it was stalled.
	 */
	void lost();

	/**
	 * The client was stalled, and has been disconnected.
	 */
	default void stalled() {
		lost();
	}

}
