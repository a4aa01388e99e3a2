package io.github.cometspring.web;

import io.github.cometspring.subscription.Batch;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;

/**
 * Writes frames by way of the session: where somebody stands between it and the socket,
 * compression for example.
 */
final class SessionFrameWriter implements FrameWriter {

	private final WebSocketSession session;

	private final Mono<Void> deadline;

	private final Disposable.Composite writing = Disposables.composite();

	SessionFrameWriter(WebSocketSession session, Mono<Void> deadline) {
		this.session = session;
		this.deadline = deadline;
	}

	@Override
	public void write(WebSocketMessage.Type type, byte[] payload, WriteListener listener) {
		WebSocketMessage frame = new WebSocketMessage(type, this.session.bufferFactory().wrap(payload));
		Disposable.Swap write = Disposables.swap();
		this.writing.add(write);
		write.update(this.session.send(Mono.just(frame))
			.timeout(this.deadline)
			.doFinally((signal) -> this.writing.remove(write))
			.subscribe((none) -> {
			}, (ex) -> listener.lost(), listener::taken));
	}

	@Override
	public void writeNews(Batch batch, @Nullable Long pong, WriteListener listener) {
		write(WebSocketMessage.Type.TEXT, JsonNews.encode(batch, pong), listener);
	}

	@Override
	public void dispose() {
		this.writing.dispose();
	}

}
