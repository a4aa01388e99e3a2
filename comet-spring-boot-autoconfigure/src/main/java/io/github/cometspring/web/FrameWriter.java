package io.github.cometspring.web;

import io.github.cometspring.subscription.Batch;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

import org.springframework.web.reactive.socket.WebSocketMessage;

/**
 * Writes frames to one WebSocket. Belongs to the event loop of the socket; to be disposed
 * by its owner.
 */
interface FrameWriter extends Disposable {

	/**
	 * Where the frames are written to.
	 */
	ClientSocket socket();

	/**
	 * Writes a frame.
	 * @param type its type
	 * @param payload its content, not changed any more
	 * @param listener is told what becomes of it
	 */
	void write(WebSocketMessage.Type type, byte[] payload, WriteListener listener);

	/**
	 * Writes a batch as a text frame (protocol, section 5).
	 * @param batch the batch
	 * @param pong the number of a ping that this answers, or {@code null} for none
	 * @param listener is told what becomes of it
	 */
	void writeBatch(Batch batch, @Nullable Long pong, WriteListener listener);

	@Override
	default void dispose() {
		// Nothing is kept.
	}

}
