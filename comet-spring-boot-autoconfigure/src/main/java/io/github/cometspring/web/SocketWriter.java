package io.github.cometspring.web;

/**
 * Writes straight to the socket of one stream, past the codecs of the server: the bytes
 * are what goes over the wire. One write at a time: the next comes when the last was
 * taken. Belongs to the event loop of the socket.
 *
 * @since 0.1.0
 */
public interface SocketWriter {

	/**
	 * Writes and flushes.
	 * @param bytes the bytes, perhaps none, which are not changed any more
	 * @param listener is told what becomes of them, perhaps before this returns
	 */
	void write(byte[] bytes, WriteListener listener);

}
