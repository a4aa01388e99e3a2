package io.github.cometspring.web;

import java.io.EOFException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Connection;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import reactor.core.publisher.Mono;

import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Tells a batch what becomes of it, and gives up a client that does not take it
 * (protocol, section 6).
 */
final class WriteWatch {

	private final EventLoops eventLoops;

	private final Duration timeout;

	private final Deadlines deadlines;

	WriteWatch(EventLoops eventLoops, Duration timeout) {
		this.eventLoops = eventLoops;
		this.timeout = timeout;
		this.deadlines = new Deadlines(timeout);
	}

	/**
	 * Watches the one answer to a poll. The client counts as connected until it has taken
	 * the answer, or is given up.
	 * @param written the writing of the answer
	 * @param batch what is written
	 * @param connection the client
	 * @param request the request that is answered
	 * @param loop the event loop that owns the client's socket
	 * @return the same writing
	 */
	Mono<Void> watch(Mono<Void> written, Batch batch, Connection connection, ServerHttpRequest request,
			EventLoop loop) {
		PollReceipt receipt = new PollReceipt(batch, connection);
		return inTime(written, loop).doOnSuccess((done) -> this.eventLoops.watch(request, this.timeout, receipt))
			.doOnError(EOFException.class, (ex) -> receipt.stalled())
			.doOnError((ex) -> receipt.lost())
			.doOnCancel(receipt::lost);
	}

	/**
	 * Gives up a writing that takes too long: somebody in the application holds it back.
	 * @param writing the writing
	 * @param loop the event loop that owns the client's socket
	 * @return the same writing
	 */
	Mono<Void> inTime(Mono<Void> writing, EventLoop loop) {
		return writing.timeout(deadline(loop)).onErrorMap(TimeoutException.class, (ex) -> Answers.stalled());
	}

	/**
	 * Watches an answer that has been written.
	 * @param batch what was written
	 * @param connection the client
	 * @param request the request that was answered
	 */
	void watch(Batch batch, Connection connection, ServerHttpRequest request) {
		this.eventLoops.watch(request, this.timeout, new PollReceipt(batch, connection));
	}

	/**
	 * When a writing that begins now has taken too long.
	 * @param loop the event loop that owns the client's socket
	 */
	Mono<Void> deadline(EventLoop loop) {
		return this.deadlines.on(loop);
	}

	private record PollReceipt(Batch batch, Connection connection) implements WriteListener {

		@Override
		public void taken() {
			this.batch.written();
			this.connection.close();
		}

		@Override
		public void stalled() {
			this.batch.timedOut();
			lost();
		}

		@Override
		public void lost() {
			this.batch.failed();
			this.connection.close();
		}

	}

}
