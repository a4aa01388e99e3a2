package io.github.cometspring.web;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.subscription.Batch;
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
	 * Watches the one answer to a poll.
	 * @param written the writing of the answer
	 * @param batch what is written
	 * @param request the request that is answered
	 * @param loop the event loop that owns the client's socket
	 * @return the same writing
	 */
	Mono<Void> watch(Mono<Void> written, Batch batch, ServerHttpRequest request, EventLoop loop) {
		return written.timeout(this.deadlines.on(loop))
			.onErrorMap(TimeoutException.class, (ex) -> Answers.stalled())
			.doOnSuccess((done) -> watch(batch, request))
			.doOnError((ex) -> batch.failed())
			.doOnCancel(batch::failed);
	}

	/**
	 * Watches an answer that has been written.
	 * @param batch what was written
	 * @param request the request that was answered
	 */
	void watch(Batch batch, ServerHttpRequest request) {
		this.eventLoops.watch(request, this.timeout, new BatchReceipt(batch));
	}

	private record BatchReceipt(Batch batch) implements WriteListener {

		@Override
		public void taken() {
			this.batch.written();
		}

		@Override
		public void lost() {
			this.batch.failed();
		}

	}

}
