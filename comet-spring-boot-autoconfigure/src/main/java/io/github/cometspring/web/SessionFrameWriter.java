package io.github.cometspring.web;

import io.github.cometspring.subscription.Batch;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;

/**
 * Writes frames through the session, where a handler between it and the socket must see
 * them, for example compression.
 */
final class SessionFrameWriter implements FrameWriter {

	// The result comes from the write itself.
	private static final WriteListener WATCHED = new WriteListener() {

		@Override
		public void taken() {
			// The frame may not be flushed yet.
		}

		@Override
		public void lost() {
			// The write fails with the connection.
		}

	};

	private final WebSocketSession session;

	private final ClientSocket socket;

	private final Disposable.Composite writing = Disposables.composite();

	/**
	 * Creates a writer.
	 * @param session the session
	 * @param socket its socket, which disconnects a stalled client
	 */
	SessionFrameWriter(WebSocketSession session, ClientSocket socket) {
		this.session = session;
		this.socket = socket;
	}

	@Override
	public ClientSocket socket() {
		return this.socket;
	}

	@Override
	public void write(WebSocketMessage.Type type, byte[] payload, WriteListener listener) {
		WebSocketMessage frame = new WebSocketMessage(type, this.session.bufferFactory().wrap(payload));
		Disposable.Swap write = Disposables.swap();
		this.writing.add(write);
		Disposable late = this.socket.whenLate(() -> this.socket.watch(new LateWrite(write, listener)));
		write.update(this.session.send(Mono.just(frame)).doFinally((signal) -> {
			late.dispose();
			write.dispose();
			this.writing.remove(write);
		}).subscribe((none) -> {
		}, (ex) -> listener.lost(), listener::taken));
		if (!write.isDisposed()) {
			this.socket.watch(WATCHED);
		}
	}

	@Override
	public void writeBatch(Batch batch, @Nullable Long pong, WriteListener listener) {
		byte[] json = JsonBatchEncoder.encode(batch, pong);
		batch.encoded(json.length);
		write(WebSocketMessage.Type.TEXT, json, listener);
	}

	@Override
	public void dispose() {
		this.writing.dispose();
	}

	/**
	 * A write that has taken longer than the write timeout.
	 *
	 * @param write the write, disposed when it is done
	 * @param listener is notified of its result
	 */
	private record LateWrite(Disposable write, WriteListener listener) implements WriteListener {

		@Override
		public void taken() {
			if (!this.write.isDisposed()) {
				// The client has taken all bytes, so it is not the cause of the wait.
				this.write.dispose();
				this.listener.lost();
			}
		}

		@Override
		public void lost() {
			// The write fails with the connection.
		}

	}

}
