package io.github.cometspring.web;

import io.github.cometspring.subscription.Batch;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

import org.springframework.web.reactive.socket.WebSocketMessage;

/**
 * Writes frames to one WebSocket. Belongs to the event loop of the socket. Its owner
 * disposes of it.
 */
interface FrameWriter extends Disposable {

	/**
	 * The socket of the client.
	 */
	ClientSocket socket();

	/**
	 * Writes a frame.
	 * @param type its type
	 * @param payload its content, not changed any more
	 * @param listener is notified of the result
	 */
	void write(WebSocketMessage.Type type, byte[] payload, WriteListener listener);

	/**
	 * Writes a batch as a text frame (protocol, section 5).
	 * @param batch the batch
	 * @param pong the number of a ping that this answers, or {@code null} for none
	 * @param listener is notified of the result
	 */
	void writeBatch(Batch batch, @Nullable Long pong, WriteListener listener);

	@Override
	default void dispose() {
		// There is nothing to release.
	}

}
