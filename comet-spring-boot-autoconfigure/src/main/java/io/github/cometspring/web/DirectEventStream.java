package io.github.cometspring.web;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.ReactorErrors;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Writes the batches of one client as server-sent events. The head of the answer and the
 * first events go through the response, all others straight to the socket, each when the
 * operating system has taken the one before. If the socket is taken over, the exchange
 * completes after the first events. If not, it completes with the stream. Everything but
 * the start happens on the event loop of the socket.
 */
final class DirectEventStream implements WriteListener {

	private static final byte[] NOTHING = new byte[0];

	private final EventStreamEncoder encoder;

	private final BatchSource source;

	private final ClientSocket socket;

	/**
	 * Completes the response, or {@code null} if the socket was taken over.
	 */
	private Sinks.@Nullable Empty<DataBuffer> end;

	DirectEventStream(EventStreamEncoder encoder, BatchSource source, ClientSocket socket) {
		this.encoder = encoder;
		this.source = source;
		this.socket = socket;
	}

	/**
	 * Writes batches until the stream ends.
	 * @param response the answer to the client, which is not kept
	 * @param first the first batch
	 * @return completes when the exchange is over
	 */
	Mono<Void> write(ServerHttpResponse response, Batch first) {
		// A filter may hold the answer back.
		Disposable late = this.socket.whenLate(this.socket::cut);
		byte[] opening = encode(first);
		Mono<DataBuffer> beginning = Mono.fromSupplier(() -> {
			late.dispose();
			return response.bufferFactory().wrap(opening);
		});
		// The server subscribes to a part of the body when the part before it is flushed.
		return response.writeAndFlushWith(Flux.just(beginning, Mono.defer(this::rest)))
			.doFinally((signal) -> late.dispose());
	}

	/**
	 * Writes batches until the stream ends, where the server has not seen the request and
	 * the head of the answer is written.
	 * @param opening the events of the first batch
	 */
	void open(byte[] opening) {
		this.source.takenOver();
		this.source.feed(this::write, this::endIfIdle);
		this.socket.write(EventStreamEncoder.chunk(opening), this);
	}

	/**
	 * Encodes the first batch.
	 * @param first the batch
	 * @return its events
	 */
	byte[] encode(Batch first) {
		try {
			byte[] opening = this.encoder.encode(first, true);
			first.encoded(opening.length);
			return opening;
		}
		catch (Error ex) {
			throw ReactorErrors.asException(ex);
		}
	}

	private Mono<DataBuffer> rest() {
		if (this.socket.loop().inLoop() && this.socket.takeOver(this.source::close)) {
			this.source.takenOver();
			begin();
			return Mono.empty();
		}
		Sinks.Empty<DataBuffer> end = Sinks.empty();
		this.end = end;
		// A filter may have left the loop.
		this.socket.loop().run(this::begin);
		return end.asMono();
	}

	private void begin() {
		this.source.feed(this::write, this::endIfIdle);
		this.socket.write(NOTHING, this);
	}

	private void write(Batch batch) {
		byte[] chunk = this.encoder.encodeChunk(batch);
		batch.encoded(chunk.length);
		if (batch.isOneChannel()) {
			this.socket.writeShared(chunk, this);
		}
		else {
			this.socket.write(chunk, this);
		}
	}

	@Override
	public void taken() {
		this.source.written();
		this.source.request(1);
		endIfIdle();
	}

	private void endIfIdle() {
		if (!this.source.isExhausted()) {
			return;
		}
		if (this.end != null) {
			this.end.tryEmitEmpty();
		}
		else {
			this.socket.end();
			this.source.close();
		}
	}

	@Override
	public void stalled() {
		this.source.timedOut();
		lost();
	}

	@Override
	public void lost() {
		this.source.close();
		if (this.end != null) {
			this.end.tryEmitError(new StalledClientException());
		}
	}

}
