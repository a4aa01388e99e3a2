package io.github.cometspring.web;

import io.github.cometspring.subscription.Batch;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Writes the batches of one client as server-sent events, one after the other: the next
 * is asked for when the operating system has taken the last.
 */
final class EventStream {

	private final ServerHttpResponse response;

	private final BatchSource source;

	private final ClientSocket socket;

	private final Disposable.Swap countdown = Disposables.swap();

	private final Sinks.Empty<Void> stalled = Sinks.empty();

	private @Nullable Batch first;

	EventStream(ServerHttpResponse response, BatchSource source, ClientSocket socket, Batch first) {
		this.response = response;
		this.source = source;
		this.socket = socket;
		this.first = first;
	}

	/**
	 * Writes until there is no more.
	 * @return completes when all is written
	 */
	Mono<Void> write() {
		// The server subscribes to a part of the body when the part before it is flushed.
		Flux<Mono<DataBuffer>> parts = Flux.generate((sink) -> {
			if (this.first == null && this.source.isDone()) {
				sink.complete();
			}
			else {
				sink.next(Mono.defer(this::part));
			}
		});
		return Mono.firstWithSignal(this.response.writeAndFlushWith(parts), this.stalled.asMono())
			// Also the head of the answer may be held back, by a filter.
			.doOnSubscribe((subscription) -> countDown())
			.doOnSuccess((done) -> lastWritten())
			.doFinally((signal) -> this.countdown.dispose());
	}

	private Mono<DataBuffer> part() {
		if (this.first != null) {
			return nextPart();
		}
		// Flushed is not taken: a client that does not read would have a queue after all.
		// From here on its connection is watched: it may be slow, but not stand still.
		this.countdown.update(Disposables.disposed());
		return taken().then(Mono.defer(this::nextPart));
	}

	/**
	 * Completes when the client's connection has nothing to write, and never if it ends
	 * before: then the server cancels the stream.
	 */
	private Mono<Void> taken() {
		return Mono.create((sink) -> this.socket.watch(new WriteListener() {

			@Override
			public void taken() {
				sink.success();
			}

			@Override
			public void lost() {
				// The server cancels the stream.
			}

		}));
	}

	private Mono<DataBuffer> nextPart() {
		Batch opening = this.first;
		this.first = null;
		if (opening != null) {
			return Mono.just(encode(opening, true));
		}
		lastWritten();
		return this.source.next().map((batch) -> encode(batch, false));
	}

	private void lastWritten() {
		this.countdown.update(Disposables.disposed());
		this.source.written();
	}

	private void giveUp() {
		this.source.timedOut();
		this.stalled.tryEmitError(new StalledClientException());
		this.socket.cut();
	}

	private void countDown() {
		this.countdown.update(this.socket.whenLate(this::giveUp));
	}

	private DataBuffer encode(Batch batch, boolean opening) {
		countDown();
		return this.response.bufferFactory().wrap(EventStreamEncoder.encode(batch, opening));
	}

}
