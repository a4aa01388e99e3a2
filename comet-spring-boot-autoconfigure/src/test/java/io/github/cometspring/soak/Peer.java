package io.github.cometspring.soak;

import java.nio.ByteBuffer;

/**
 * What uses a {@link Link}. All methods are called on the thread of its
 * {@link ClientLoop}.
 */
interface Peer {

	/**
	 * The connection is open.
	 * @param link the connection
	 */
	void connected(Link link);

	/**
	 * Data has arrived.
	 * @param link the connection
	 * @param data the data, only valid during the call
	 */
	void received(Link link, ByteBuffer data);

	/**
	 * The server has closed or reset the connection, or refused it. Not called when the
	 * client itself has ended it.
	 * @param link the connection
	 */
	void ended(Link link);

}
