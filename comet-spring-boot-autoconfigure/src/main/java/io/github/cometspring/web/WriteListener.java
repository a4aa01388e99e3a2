package io.github.cometspring.web;

/**
 * Is told, once, what became of something that was written to a client.
 *
 * @since 0.1.0
 */
public interface WriteListener {

	/**
	 * The operating system has taken all of it.
	 */
	void taken();

	/**
	 * The client is gone, or has been cut off for taking nothing.
	 */
	void lost();

	/**
	 * The client took nothing for too long, and has been given up.
	 */
	default void stalled() {
		lost();
	}

}
