package io.github.cometspring.web;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.EventLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Writes the batches of one client as server-sent events: the head of the answer and the
 * first events as any response, all others straight to the socket, each when the
 * operating system has taken the one before. The end is the response's again. Everything
 * but the start happens on the event loop of the socket.
 */
final class DirectEventStream implements WriteListener {

	private static final byte[] NOTHING = new byte[0];

	private final ServerHttpResponse response;

	private final BatchSource source;

	private final SocketWriter socket;

	private final EventLoop loop;

	private final Sinks.Empty<DataBuffer> end = Sinks.empty();

	private @Nullable Batch underWay;

	DirectEventStream(ServerHttpResponse response, BatchSource source, Batch first, SocketWriter socket,
			EventLoop loop) {
		this.response = response;
		this.source = source;
		this.underWay = first;
		this.socket = socket;
		this.loop = loop;
	}

	/**
	 * Writes until there is no more.
	 * @return completes when all is written
	 */
	Mono<Void> write() {
		Batch first = this.underWay;
		byte[] opening = (first != null) ? EventStreamEncoder.encode(first, true) : NOTHING;
		// The server subscribes to a part of the body when the part before it is flushed.
		return this.response
			.writeAndFlushWith(Flux.just(Mono.fromSupplier(() -> this.response.bufferFactory().wrap(opening)),
					Mono.defer(this::rest)))
			.doFinally((signal) -> settle(false));
	}

	private Mono<DataBuffer> rest() {
		// A filter may have left the loop.
		this.loop.run(() -> {
			this.source.feed(this::write, this::endIfIdle);
			this.socket.write(NOTHING, this);
		});
		return this.end.asMono();
	}

	private void write(Batch batch) {
		this.underWay = batch;
		this.socket.write(EventStreamEncoder.encodeChunk(batch), this);
	}

	@Override
	public void taken() {
		settle(true);
		this.source.request(1);
		endIfIdle();
	}

	private void endIfIdle() {
		if (this.source.isDone() && this.underWay == null) {
			this.end.tryEmitEmpty();
		}
	}

	@Override
	public void lost() {
		settle(false);
		this.source.cancel();
		this.end.tryEmitError(Answers.stalled());
	}

	private void settle(boolean taken) {
		Batch batch = this.underWay;
		this.underWay = null;
		if (batch != null && taken) {
			batch.written();
		}
		else if (batch != null) {
			batch.failed();
		}
	}

}
