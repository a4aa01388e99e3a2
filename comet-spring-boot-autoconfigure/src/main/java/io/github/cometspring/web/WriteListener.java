package io.github.cometspring.web;

/**
 * Is notified of the result of a write to a client: exactly one method is called, and
 * only once.
 *
 * @since 0.1.0
 */
public interface WriteListener {

	/**
	 * The operating system has taken all bytes.
	 */
	void taken();

	/**
	 * The client has disconnected, or the write has failed, for another reason than that
	 * it was stalled.
	 */
	void lost();

	/**
	 * The write timeout has disconnected the client, which was stalled. By default calls
	 * {@link #lost()}.
	 */
	default void stalled() {
		lost();
	}

}
