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

	/**
	 * Writes and flushes what other clients are sent, too, as the same object.
	 * @param bytes the bytes, which are not changed any more
	 * @param listener is told what becomes of them, perhaps before this returns
	 */
	default void writeShared(byte[] bytes, WriteListener listener) {
		write(bytes, listener);
	}

	/**
	 * Takes the rest of an answer over from the server, which then regards its request as
	 * answered and keeps nothing of it. To be asked for when the head of the answer is
	 * written, before the answer is complete.
	 * @param gone is called when the connection ends before the answer does
	 * @return whether it was taken over; if not, the answer remains the server's
	 */
	default boolean takeOver(Runnable gone) {
		return false;
	}

	/**
	 * Ends an answer that was taken over.
	 */
	default void end() {
		// Nothing was taken over.
	}

}
