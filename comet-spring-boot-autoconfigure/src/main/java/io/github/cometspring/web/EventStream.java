package io.github.cometspring.web;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.ReactorErrors;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Writes the batches of one client as server-sent events through the response, where the
 * socket is not direct. Requests each batch when the operating system has taken the last.
 */
final class EventStream {

	private final EventStreamEncoder encoder;

	private final ServerHttpResponse response;

	private final BatchSource source;

	private final ClientSocket socket;

	private final Disposable.Swap countdown = Disposables.swap();

	private final Sinks.Empty<Void> stalled = Sinks.empty();

	private @Nullable Batch first;

	EventStream(EventStreamEncoder encoder, ServerHttpResponse response, BatchSource source, ClientSocket socket,
			Batch first) {
		this.encoder = encoder;
		this.response = response;
		this.source = source;
		this.socket = socket;
		this.first = first;
	}

	/**
	 * Writes batches until the stream ends.
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
			// A filter may hold back the head of the answer, too.
			.doOnSubscribe((subscription) -> countDown())
			.doOnSuccess((done) -> lastWritten())
			.doFinally((signal) -> this.countdown.dispose());
	}

	private Mono<DataBuffer> part() {
		if (this.first != null) {
			return nextPart();
		}
		// The last part is flushed, but perhaps not taken. Without waiting, a client that
		// does not read would get a queue. The countdown stops, as the socket ends a
		// stalled client, and a slow client may take longer.
		this.countdown.update(Disposables.disposed());
		return taken().then(Mono.defer(this::nextPart));
	}

	/**
	 * Completes when the operating system has taken all bytes. Does not complete if the
	 * connection ends before: then the server cancels the stream.
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
		try {
			byte[] events = this.encoder.encode(batch, opening);
			batch.encoded(events.length);
			return this.response.bufferFactory().wrap(events);
		}
		catch (Error ex) {
			throw ReactorErrors.asException(ex);
		}
	}

}
